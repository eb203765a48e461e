import debrief.ApiClient;
import debrief.api.ActionItemsApi;
import debrief.api.ActionItemsApi.APIListActionItemsRequest;
import debrief.api.DirectoryApi;
import debrief.api.DirectoryApi.APIPatchPersonRequest;
import debrief.api.IncidentsApi;
import debrief.api.IncidentsApi.APICreateIncidentRequest;
import debrief.api.IncidentsApi.APIListIncidentsRequest;
import debrief.api.TimelineApi;
import debrief.api.TimelineApi.APICreateEventRequest;
import debrief.api.TimelineApi.APIPatchEventRequest;
import debrief.model.ActionItemType;
import debrief.model.EventInput;
import debrief.model.EventKind;
import debrief.model.EventPatch;
import debrief.model.IncidentInput;
import debrief.model.MilestoneName;
import debrief.model.PersonPatch;
import debrief.model.Severity;
import debrief.model.SourceInput;
import debrief.model.SourceKind;
import debrief.model.TimePrecision;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Set;

/** Makes the five calls with the generated client, and checks the types of what it reads. */
public final class Client {
  public static void main(String[] arguments) throws Exception {
    var api = new ApiClient();
    api.updateBaseUri(System.getenv("DEBRIEF_URL"));
    var authorization = "Bearer " + System.getenv("DEBRIEF_TOKEN");
    api.setRequestInterceptor(request -> request.header("Authorization", authorization));
    var newIncident = System.getenv("NEW_INCIDENT");

    var incidents = new IncidentsApi(api);
    var incident = incidents.createIncident(APICreateIncidentRequest.newBuilder()
        .incidentInput(new IncidentInput()
            .id(newIncident)
            .title("Payments drill")
            .severity(Severity.SEV2)
            .services(Set.of("checkout")))
        .build());
    equal(incident.getSeverity(), Severity.SEV2);
    equal(incident.getCreatedAt().isAfter(OffsetDateTime.parse("2026-01-01T00:00:00Z")), true);

    var timeline = new TimelineApi(api);
    var receipt = timeline.createEvent(APICreateEventRequest.newBuilder()
        .incidentId(newIncident)
        .eventInput(new EventInput()
            .occurredAt("2026-06-17T16:08:00.250+02:00")
            .precision(TimePrecision.APPROXIMATE)
            .kind(EventKind.ALERT)
            .milestone(MilestoneName.DETECTED)
            .description("Many payments fail.")
            .addSourcesItem(new SourceInput()
                .kind(SourceKind.ALERT)
                .system("prometheus")
                .url("https://prometheus.example/alerts")))
        .build());
    var event = timeline.patchEvent(APIPatchEventRequest.newBuilder()
        .incidentId(newIncident)
        .eventId(receipt.getId())
        .eventPatch(new EventPatch().description("Nine in ten payments fail."))
        .build());
    equal(event.getPrecision(), TimePrecision.APPROXIMATE);
    equal(event.getMilestones(), Set.of(MilestoneName.DETECTED));
    equal(event.getRetraction(), null);
    equal(event.getOccurredAt().toInstant(), OffsetDateTime.parse("2026-06-17T14:08:00.250Z").toInstant());

    var person = new DirectoryApi(api).patchPerson(APIPatchPersonRequest.newBuilder()
        .handle(System.getenv("LEAVER"))
        .personPatch(new PersonPatch().name("Mara L. Lindqvist"))
        .build());
    equal(person.getName(), "Mara L. Lindqvist");
    equal(person.getActive(), false);
    equal(person.getEmail(), null);

    var overdue = new ActionItemsApi(api).listActionItems(
        APIListActionItemsRequest.newBuilder().overdue(true).build());
    var item = overdue.getItems().stream()
        .filter(each -> each.getIncidentId().equals(System.getenv("OVERDUE_INCIDENT")))
        .findFirst().orElseThrow();
    equal(item.getId(), "AI-1");
    equal(item.getOverdue(), true);
    equal(item.getDueOn(), LocalDate.of(2026, 1, 15));
    equal(item.getType(), ActionItemType.MITIGATE);
    equal(item.getClosure(), null);

    var page = incidents.listIncidents(APIListIncidentsRequest.newBuilder().limit(1).build());
    equal(page.getItems().size(), 1);
    equal(page.getNextCursor() == null, false);
  }

  private static <T> void equal(T actual, T expected) {
    if (!java.util.Objects.equals(actual, expected)) {
      throw new AssertionError(actual + " is not " + expected);
    }
  }
}
