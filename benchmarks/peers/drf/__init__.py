"""Django and Django REST framework: unmanaged models, serializers and generic views."""
