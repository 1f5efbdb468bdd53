"""The code lists of agreements and action items."""

from enum import StrEnum


class AgreementKind(StrEnum):
    """What kind of agreed text an agreement is."""

    TREATY = "treaty"
    MEMORANDUM = "memorandum"
    COOPERATION_PLAN = "cooperation_plan"
    ANNUAL_PLAN = "annual_plan"
    PROGRAMME = "programme"
    JOINT_STATEMENT = "joint_statement"


class AgreementStatus(StrEnum):
    """Where an agreement is in its life."""

    NEGOTIATING = "negotiating"
    SIGNED = "signed"
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    SUPERSEDED = "superseded"


class RelationKind(StrEnum):
    """How an agreement relates to another."""

    PART_OF = "part_of"
    CONTINUES = "continues"
    AMENDS = "amends"
    SUPERSEDES = "supersedes"
    EXTENDS = "extends"


class ActionItemKind(StrEnum):
    """What kind of undertaking an action item is."""

    POLICY_EXCHANGE = "policy_exchange"
    TECHNOLOGY_EXCHANGE = "technology_exchange"
    INFORMATION_EXCHANGE = "information_exchange"
    JOINT_IMPLEMENTATION = "joint_implementation"
    JOINT_RESEARCH = "joint_research"
    EVENT = "event"
    INDUSTRY_COOPERATION = "industry_cooperation"


class Theme(StrEnum):
    """What an action item is about."""

    AIR_POLLUTION = "air_pollution"
    YELLOW_DUST = "yellow_dust"
    SEASONAL_MANAGEMENT = "seasonal_management"
    FORECASTING = "forecasting"
    OBSERVATION_AND_MODELLING = "observation_and_modelling"
    TRANSPORT = "transport"
    GREENHOUSE_GASES = "greenhouse_gases"
    CARBON_NEUTRALITY = "carbon_neutrality"
    ENVIRONMENTAL_INDUSTRY = "environmental_industry"
    WATER = "water"
    WASTE_AND_PLASTICS = "waste_and_plastics"
    CHEMICALS = "chemicals"
    BIODIVERSITY = "biodiversity"


class LineageKind(StrEnum):
    """How an action item comes from an item of an earlier plan."""

    CONTINUED = "continued"
    MERGED = "merged"
    SPLIT = "split"
