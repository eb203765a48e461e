"""Makes the five calls with the generated client, and checks the types of what it reads."""

from datetime import date, datetime, timedelta, timezone
from os import environ

from debrief import AuthenticatedClient
from debrief.api.action_items import list_action_items
from debrief.api.directory import patch_person
from debrief.api.incidents import create_incident, list_incidents
from debrief.api.timeline import create_event, patch_event
from debrief.models import (
    ActionItemPage,
    ActionItemType,
    Event,
    EventInput,
    EventKind,
    EventPatch,
    EventReceipt,
    Incident,
    IncidentInput,
    IncidentPage,
    MilestoneName,
    PersonDetail,
    PersonPatch,
    Severity,
    SourceInput,
    SourceKind,
    TimePrecision,
)

api = AuthenticatedClient(environ["DEBRIEF_URL"], environ["DEBRIEF_TOKEN"], raise_on_unexpected_status=True)


def equal(actual, expected):
    """Compares the types, too: an enum's member equals its string."""
    assert (type(actual), actual) == (type(expected), expected), f"{actual!r} is not {expected!r}"


def of(kind, answer):
    assert isinstance(answer, kind), answer
    return answer


new_incident = environ["NEW_INCIDENT"]
body = IncidentInput(id=new_incident, title="Payments drill", severity=Severity.SEV2, services=["checkout"])
incident = of(Incident, create_incident.sync(client=api, body=body))
equal(incident.severity, Severity.SEV2)
assert isinstance(incident.created_at, datetime)

alert = SourceInput(SourceKind.ALERT, system="prometheus", url="https://prometheus.example/alerts")
body = EventInput(
    occurred_at=datetime(2026, 6, 17, 16, 8, 0, 250_000, timezone(timedelta(hours=2))).isoformat(),
    precision=TimePrecision.APPROXIMATE,
    kind=EventKind.ALERT,
    milestone=MilestoneName.DETECTED,
    description="Many payments fail.",
    sources=[alert],
)
receipt = of(EventReceipt, create_event.sync(new_incident, client=api, body=body))
body = EventPatch(description="Nine in ten payments fail.")
event = of(Event, patch_event.sync(new_incident, receipt.id, client=api, body=body))
equal(event.precision, TimePrecision.APPROXIMATE)
equal(event.milestones, [MilestoneName.DETECTED])
equal(event.retraction, None)
equal(event.occurred_at, datetime(2026, 6, 17, 14, 8, 0, 250_000, timezone.utc))

body = PersonPatch(name="Mara L. Lindqvist")
person = of(PersonDetail, patch_person.sync(environ["LEAVER"], client=api, body=body))
equal(person.name, "Mara L. Lindqvist")
equal(person.active, False)
equal(person.email, None)

overdue = of(ActionItemPage, list_action_items.sync(client=api, overdue=True))
[item] = [item for item in overdue.items if item.incident_id == environ["OVERDUE_INCIDENT"]]
equal(item.id, "AI-1")
equal(item.overdue, True)
equal(item.due_on, date(2026, 1, 15))
equal(item.type_, ActionItemType.MITIGATE)
equal(item.closure, None)

page = of(IncidentPage, list_incidents.sync(client=api, limit=1))
equal(len(page.items), 1)
assert isinstance(page.next_cursor, str)
