"""The words in which a scene is told: force, resistance, injury, treatment and the rest, each a closed list.

The codes are ours and neutral; how an agency or a state spells them is the business of a mapping file (`mapping.py`).
Sources: the code values of the New Jersey statewide force form (October 2020 to October 2024) and the categories of
the FBI's National Use-of-Force Data Collection. The national categories were taken from descriptions of that
collection: compare them with the specification in force before an export to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from app.agencies.models import Rank
from app.words import N_


@dataclass(frozen=True, slots=True)
class Code:
    """One word of a list: its label in English and the category of the national collection, where one fits."""

    code: str
    label: str
    national: str | None = None


@dataclass(frozen=True)
class CodeList:
    name: str
    entries: tuple[Code, ...]

    @cached_property
    def _by_code(self) -> Mapping[str, Code]:
        return MappingProxyType({entry.code: entry for entry in self.entries})

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._by_code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def label(self, code: str) -> str:
        """English source text, to be translated where it is shown. Raises KeyError for a code not in the list."""
        return self._by_code[code].label

    def national(self, code: str) -> str | None:
        """Category of the national collection; none where no category says the same. Raises KeyError."""
        return self._by_code[code].national


FORCE = CodeList(
    "force",
    (
        Code("arms_hands", N_("Held or pulled with arms or hands"), "hands_fists_feet"),
        Code("take_down", N_("Take-down"), "hands_fists_feet"),
        Code("arm_bar", N_("Arm bar"), "hands_fists_feet"),
        Code("pressure_points", N_("Pressure points"), "hands_fists_feet"),
        Code("punch", N_("Punch or fists"), "hands_fists_feet"),
        Code("kick", N_("Kick or legs"), "hands_fists_feet"),
        Code("head_strike", N_("Strike with the head"), "other"),
        Code("chokehold", N_("Chokehold or carotid restraint"), "other"),
        Code("kneeling_on_torso", N_("Kneeling on chest or back"), "other"),
        Code("chemical_spray", N_("Chemical or pepper spray"), "chemical"),
        Code("high_volume_spray", N_("High-volume pepper spray"), "chemical"),
        Code("cs_gas", N_("CS gas"), "chemical"),
        Code("ced_discharge", N_("Conducted energy device used"), "electronic_control_weapon"),
        Code("ced_spark_display", N_("Conducted energy device shown with sparks")),
        Code("impact_weapon_hold", N_("Hold with an impact weapon, no strike"), "baton"),
        Code("impact_weapon_strike", N_("Strike with an impact weapon"), "baton"),
        Code("less_lethal_device", N_("Less-lethal device"), "impact_projectile"),
        Code("canine_apprehension", N_("Canine bite on command"), "canine"),
        Code("canine_spontaneous", N_("Canine bite without command"), "canine"),
        Code("firearm_pointed", N_("Firearm pointed")),
        Code("firearm_discharged", N_("Firearm discharged"), "firearm"),
        Code("vehicle", N_("Strike or attempted strike with a vehicle"), "other"),
        Code("blunt_instrument", N_("Other blunt object"), "blunt_instrument"),
        Code("explosive_device", N_("Explosive device"), "explosive_device"),
        Code("other", N_("Other force"), "other"),
        Code("unknown", N_("Force used, kind unknown"), "unknown"),
    ),
)

RESISTANCE = CodeList(
    "resistance",
    (
        Code("none", N_("No resistance"), "none"),
        Code("verbal", N_("Verbal refusal"), "verbal_non_compliance"),
        Code("non_response", N_("Did not respond"), "passive"),
        Code("passive", N_("Passive resistance"), "passive"),
        Code("dead_weight", N_("Went limp"), "passive"),
        Code("resistive_tension", N_("Tensed or stiffened")),
        Code("active", N_("Active resistance")),
        Code("aggressive", N_("Attempt to attack or harm"), "active_aggression"),
        Code("threatening_assailant", N_("Threatened an attack"), "threatening_officer"),
        Code("active_assailant", N_("Attacked"), "active_aggression"),
        Code("flight", N_("Attempt to flee"), "attempting_to_flee"),
        Code("barricading", N_("Barricaded"), "barricading"),
        Code("other", N_("Other resistance"), "other"),
        Code("unknown", N_("Unknown"), "unknown"),
    ),
)

SUBJECT_ACTION = CodeList(
    "subject_action",
    (
        Code("resisted_control", N_("Resisted arrest or control")),
        Code("escape", N_("Attempt to escape from custody"), "attempting_to_flee"),
        Code("self_harm", N_("Attempt to harm themselves"), "threatening_self"),
        Code("harm_to_another", N_("Harm to another person had to be prevented"), "threatening_others"),
        Code("crime", N_("Attempt to commit a crime")),
        Code("destroy_evidence", N_("Attempt to destroy evidence")),
        Code("failure_to_disperse", N_("Did not disperse")),
        Code("push", N_("Pushed or shoved"), "hands_fists_feet"),
        Code("kick", N_("Kicked"), "hands_fists_feet"),
        Code("strike", N_("Struck with hand, fist or elbow"), "hands_fists_feet"),
        Code("bite", N_("Bit"), "active_aggression"),
        Code("spit", N_("Spat"), "active_aggression"),
        Code("verbal_threat", N_("Threat by words or stance"), "threatening_officer"),
        Code("threat_push", N_("Threat to push or shove"), "threatening_officer"),
        Code("threat_kick", N_("Threat to kick"), "threatening_officer"),
        Code("threat_strike", N_("Threat to strike with hand, fist or elbow"), "threatening_officer"),
        Code("threat_hands_feet", N_("Threat with hands, fists or legs"), "threatening_officer"),
        Code("threat_bodily_fluids", N_("Threat with bodily fluids"), "threatening_officer"),
        Code("threat_edged_weapon", N_("Threat with an edged weapon"), "edged_weapon"),
        Code("threat_blunt_object", N_("Threat with a blunt object"), "blunt_object"),
        Code("threat_firearm", N_("Threat with a gun"), "firearm"),
        Code("threat_vehicle", N_("Threat with a vehicle"), "vehicle_directed_at_officer"),
        Code("threat_other_weapon", N_("Threat with another weapon"), "other"),
        Code("threat_other", N_("Other threat"), "other"),
        Code("attack_hands_feet", N_("Attack with hands, fists or legs"), "hands_fists_feet"),
        Code("attack_bodily_fluids", N_("Attack with bodily fluids"), "active_aggression"),
        Code("attack_edged_weapon", N_("Attack with an edged weapon"), "edged_weapon"),
        Code("attack_blunt_object", N_("Attack with a blunt object"), "blunt_object"),
        Code("attack_vehicle", N_("Attack with a vehicle"), "vehicle_directed_at_officer"),
        Code("attack_other_weapon", N_("Attack with another weapon"), "other"),
        Code("attack_other", N_("Other attack"), "other"),
        Code("fired_gun", N_("Fired a gun"), "firearm"),
        Code("none", N_("Did nothing of this kind"), "none"),
        Code("unknown", N_("Unknown"), "unknown"),
    ),
)

INJURY = CodeList(
    "injury",
    (
        Code("none", N_("No injury"), "none"),
        Code("complaint_of_pain", N_("Complaint of pain")),
        Code("contusion", N_("Bruise")),
        Code("abrasion", N_("Abrasion, cut or puncture")),
        Code("severe_laceration", N_("Severe cut"), "severe_laceration"),
        Code("chest_pain", N_("Chest pain or shortness of breath")),
        Code("fracture", N_("Broken or dislocated bone"), "apparent_broken_bones"),
        Code("concussion", N_("Concussion")),
        Code("unconsciousness", N_("Loss of consciousness"), "unconsciousness"),
        Code("internal_injury", N_("Possible internal injury"), "possible_internal_injury"),
        Code("gunshot_wound", N_("Gunshot wound"), "gunshot_wound"),
        Code("death", N_("Death"), "death"),
        Code("other", N_("Other injury")),
        Code("unknown", N_("Unknown"), "unknown"),
    ),
)

TREATMENT = CodeList(
    "treatment",
    (
        Code("none", N_("No treatment")),
        Code("officer_first_aid", N_("First aid by an officer")),
        Code("ems_on_scene", N_("Emergency medical service on scene")),
        Code("urgent_care", N_("Urgent care")),
        Code("hospital", N_("Hospital")),
        Code("mental_health_facility", N_("Mental health facility")),
        Code("refused", N_("Offered and refused")),
        Code("unknown", N_("Unknown")),
    ),
)

VIDEO = CodeList(
    "video",
    (
        Code("none", N_("No camera known")),
        Code("body_worn", N_("Body-worn camera")),
        Code("vehicle", N_("Camera in a police vehicle")),
        Code("station", N_("Camera in the station")),
        Code("commercial", N_("Camera of a business")),
        Code("residential", N_("Camera of a home")),
        Code("cell_phone", N_("Cell phone")),
        Code("ced", N_("Camera of a conducted energy device")),
        Code("other", N_("Other camera")),
        Code("unknown", N_("Unknown")),
    ),
)

ENCOUNTER = CodeList(
    "encounter_type",
    (
        Code("mental_health", N_("Possible mental health crisis"), "medical_mental_health_welfare"),
        Code("welfare_check", N_("Welfare check"), "medical_mental_health_welfare"),
        Code("medical_emergency", N_("Medical emergency"), "medical_mental_health_welfare"),
        Code("disturbance", N_("Disturbance"), "unlawful_or_suspicious_activity"),
        Code("domestic", N_("Domestic"), "unlawful_or_suspicious_activity"),
        Code("assault", N_("Assault"), "unlawful_or_suspicious_activity"),
        Code("robbery", N_("Robbery"), "unlawful_or_suspicious_activity"),
        Code("burglary", N_("Burglary"), "unlawful_or_suspicious_activity"),
        Code("theft", N_("Theft or shoplifting"), "unlawful_or_suspicious_activity"),
        Code("trespassing", N_("Trespassing"), "unlawful_or_suspicious_activity"),
        Code("threats", N_("Threats of violence"), "unlawful_or_suspicious_activity"),
        Code("gunfire", N_("Report of gunfire"), "unlawful_or_suspicious_activity"),
        Code("subject_with_gun", N_("Person with a gun"), "unlawful_or_suspicious_activity"),
        Code("subject_with_other_weapon", N_("Person with another weapon"), "unlawful_or_suspicious_activity"),
        Code("drug_possession", N_("Possession of drugs"), "unlawful_or_suspicious_activity"),
        Code("drug_distribution", N_("Distribution of drugs"), "unlawful_or_suspicious_activity"),
        Code("suspicious_person", N_("Suspicious person"), "unlawful_or_suspicious_activity"),
        Code("eluding", N_("Eluding police"), "unlawful_or_suspicious_activity"),
        Code("pedestrian_stop", N_("Pedestrian stop")),
        Code("traffic_stop", N_("Traffic stop"), "traffic_stop"),
        Code("traffic_accident", N_("Traffic accident or aid to a motorist")),
        Code("wanted_person", N_("Wanted person"), "warrant_service"),
        Code("assisting_officer", N_("Assisting another officer")),
        Code("demonstration", N_("Demonstration"), "mass_demonstration"),
        Code("animal", N_("Aggressive or injured animal")),
        Code("other", N_("Other"), "other"),
        Code("unknown", N_("Unknown"), "unknown"),
    ),
)

CONTACT_ORIGIN = CodeList(
    "contact_origin",
    (
        Code("dispatched", N_("Dispatched")),
        Code("officer_initiated", N_("Begun by the officer")),
        Code("citizen_initiated", N_("Begun by a member of the public")),
        Code("pre_planned", N_("Planned beforehand")),
        Code("unknown", N_("Unknown")),
    ),
)

LOCATION = CodeList(
    "location_type",
    (
        Code("street", N_("Street")),
        Code("residence", N_("Residence")),
        Code("business", N_("Business")),
        Code("restaurant", N_("Restaurant")),
        Code("alcohol_establishment", N_("Bar, club or casino")),
        Code("school", N_("School")),
        Code("hospital", N_("Hospital")),
        Code("police_station", N_("Police station")),
        Code("jail", N_("Jail or prison")),
        Code("court_house", N_("Court house")),
        Code("other", N_("Other place")),
        Code("unknown", N_("Unknown")),
    ),
)

PERCEIVED_CONDITION = CodeList(
    "perceived_condition",
    (
        Code("none_noted", N_("No unusual condition noted"), "none"),
        Code("alcohol_or_drugs", N_("Under the influence of alcohol, drugs or both")),
        Code("mental_health", N_("Possible mental health crisis"), "mental_health"),
        Code("other", N_("Other unusual condition noted")),
        Code("unknown", N_("Unknown"), "unknown"),
    ),
)

RACE = CodeList(
    "race",
    (
        Code("american_indian", N_("American Indian or Alaska Native")),
        Code("asian", N_("Asian")),
        Code("black", N_("Black or African American")),
        Code("hispanic", N_("Hispanic or Latino")),
        Code("pacific_islander", N_("Native Hawaiian or other Pacific Islander")),
        Code("white", N_("White")),
        Code("two_or_more", N_("Two or more races")),
        Code("other", N_("Other")),
        Code("unknown", N_("Unknown")),
    ),
)

GENDER = CodeList(
    "gender",
    (
        Code("female", N_("Female")),
        Code("male", N_("Male")),
        Code("non_binary", N_("Non-binary or other")),
        Code("unknown", N_("Unknown")),
    ),
)

RANK = CodeList(
    "rank",
    (
        Code(Rank.OFFICER.value, N_("Officer")),
        Code(Rank.DETECTIVE.value, N_("Detective")),
        Code(Rank.CORPORAL.value, N_("Corporal")),
        Code(Rank.SERGEANT.value, N_("Sergeant")),
        Code(Rank.LIEUTENANT.value, N_("Lieutenant")),
        Code(Rank.CAPTAIN.value, N_("Captain")),
        Code(Rank.MAJOR.value, N_("Major")),
        Code(Rank.DEPUTY_CHIEF.value, N_("Deputy chief")),
        Code(Rank.CHIEF.value, N_("Chief")),
        Code(Rank.OTHER.value, N_("Other rank")),
        Code(Rank.NOT_GIVEN.value, N_("Rank not given")),
    ),
)


def seniority(rank: Rank) -> int | None:
    """Place on the ladder, 0 lowest; none for a rank that has no place on it."""
    return None if rank in (Rank.OTHER, Rank.NOT_GIVEN) else RANK.codes.index(rank.value)


LISTS: Mapping[str, CodeList] = MappingProxyType(
    {
        codes.name: codes
        for codes in (
            FORCE,
            RESISTANCE,
            SUBJECT_ACTION,
            INJURY,
            TREATMENT,
            VIDEO,
            ENCOUNTER,
            CONTACT_ORIGIN,
            LOCATION,
            PERCEIVED_CONDITION,
            RACE,
            GENDER,
            RANK,
        )
    }
)
