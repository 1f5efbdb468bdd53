"""The code list of the directory."""

from enum import StrEnum


class OrganizationKind(StrEnum):
    """What kind of body an organization is."""

    MINISTRY = "ministry"
    AGENCY = "agency"
    INSTITUTE = "institute"
    CENTRE = "centre"
    INTERNATIONAL = "international"
