// Makes the five calls with the generated client, and checks the types of what it reads.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"debrief.example/client/debrief"
	"github.com/ogen-go/ogen/ogenerrors"
)

type token string

func (t token) Bearer(context.Context, debrief.OperationName) (debrief.Bearer, error) {
	return debrief.Bearer{Token: string(t)}, nil
}

// Basic is for browsers.
func (t token) Basic(context.Context, debrief.OperationName) (debrief.Basic, error) {
	return debrief.Basic{}, ogenerrors.ErrSkipClientSecurity
}

func main() {
	ctx := context.Background()
	api, err := debrief.NewClient(os.Getenv("DEBRIEF_URL"), token(os.Getenv("DEBRIEF_TOKEN")))
	check(err)
	newIncident := os.Getenv("NEW_INCIDENT")

	created, err := api.CreateIncident(ctx, &debrief.IncidentInput{
		ID:       debrief.NewOptString(newIncident),
		Title:    "Payments drill",
		Severity: debrief.NewOptNilSeverity(debrief.SeveritySEV2),
		Services: []string{"checkout"},
	}, debrief.CreateIncidentParams{})
	incident := answer[*debrief.IncidentHeaders](created, err).Response
	equal(incident.Severity, debrief.NewNilSeverity(debrief.SeveritySEV2))
	equal(incident.CreatedAt.IsZero(), false)

	sent, err := api.CreateEvent(ctx, &debrief.EventInput{
		OccurredAt:  "2026-06-17T16:08:00.25+02:00",
		Precision:   debrief.NewOptTimePrecision(debrief.TimePrecisionApproximate),
		Kind:        debrief.EventKindAlert,
		Milestone:   debrief.NewOptNilMilestoneName(debrief.MilestoneNameDetected),
		Description: "Many payments fail.",
		Sources: []debrief.SourceInput{{
			Kind:   debrief.SourceKindAlert,
			System: debrief.NewOptString("prometheus"),
			URL:    debrief.NewOptNilString("https://prometheus.example/alerts"),
		}},
	}, debrief.CreateEventParams{IncidentID: newIncident})
	receipt := answer[*debrief.CreateEventCreatedHeaders](sent, err).Response
	patched, err := api.PatchEvent(ctx, &debrief.EventPatch{
		Description: debrief.NewOptString("Nine in ten payments fail."),
	}, debrief.PatchEventParams{IncidentID: newIncident, EventID: receipt.ID})
	event := answer[*debrief.EventHeaders](patched, err).Response
	equal(event.Precision, debrief.TimePrecisionApproximate)
	equal(len(event.Milestones), 1)
	equal(event.Milestones[0], debrief.MilestoneNameDetected)
	equal(event.Retraction.Null, true)
	equal(event.OccurredAt.UTC(), time.Date(2026, 6, 17, 14, 8, 0, 250_000_000, time.UTC))

	renamed, err := api.PatchPerson(ctx, &debrief.PersonPatch{
		Name: debrief.NewOptString("Mara L. Lindqvist"),
	}, debrief.PatchPersonParams{Handle: os.Getenv("LEAVER")})
	person := answer[*debrief.PersonDetailHeaders](renamed, err).Response
	equal(person.Name, "Mara L. Lindqvist")
	equal(person.Active, false)
	equal(person.Email.Null, true)

	listed, err := api.ListActionItems(ctx, debrief.ListActionItemsParams{Overdue: debrief.NewOptBool(true)})
	item := onlyOf(answer[*debrief.ActionItemPageHeaders](listed, err).Response.Items, os.Getenv("OVERDUE_INCIDENT"))
	equal(item.ID, "AI-1")
	equal(item.Overdue, true)
	equal(item.DueOn, debrief.NewNilDate(time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC)))
	equal(item.Type, debrief.NewNilActionItemType(debrief.ActionItemTypeMitigate))
	equal(item.Closure.Null, true)

	read, err := api.ListIncidents(ctx, debrief.ListIncidentsParams{Limit: debrief.NewOptInt(1)})
	page := answer[*debrief.IncidentPageHeaders](read, err).Response
	equal(len(page.Items), 1)
	equal(page.NextCursor.Null, false)
}

func onlyOf(items []debrief.ActionItem, incident string) (found debrief.ActionItem) {
	for _, item := range items {
		if item.IncidentID == incident {
			found = item
		}
	}
	return found
}

// The answer of the kind that a call hopes for; another is a problem, which ends the program.
func answer[T any](result any, err error) T {
	check(err)
	hoped, ok := result.(T)
	if !ok {
		check(fmt.Errorf("the answer is %T: %+v", result, result))
	}
	return hoped
}

func equal[T comparable](actual, expected T) {
	if actual != expected {
		panic(fmt.Sprintf("%v is not %v", actual, expected))
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
