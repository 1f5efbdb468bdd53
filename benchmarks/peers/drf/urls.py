"""Routes."""

from django.urls import path

from benchmarks.peers.drf import views

urlpatterns = [
    path("v1/agreements/<str:agreement_id>/progress", views.ProgressView.as_view()),
    path("v1/status-reports", views.StatusReportListView.as_view()),
    path("v1/status-reports/<str:pk>", views.StatusReportView.as_view()),
    path("v1/changes", views.ChangeListView.as_view()),
    path("v1/action-items/<str:item_id>/reports", views.ReportOnItemView.as_view()),
    path("v1/agreements/<str:agreement_id>/reports", views.ReportOnAgreementView.as_view()),
]
