import { toUtc } from '../kit/time.ts'
import type { Incident, IncidentFields } from './schema.ts'

/** The fields that a patch may change. */
export function fieldsOf(incident: Incident): IncidentFields {
  const {
    id: _id,
    occurred_on: _on,
    status: _s,
    amending: _a,
    phase: _p,
    created_at: _c,
    version: _v,
    changed_by: _b,
    changed_at: _t,
    ...fields
  } = incident
  return fields
}

/** The row of an incident's own fields, defaults filled in, times in UTC. */
export function incidentValues(fields: IncidentFields) {
  const { summary, impact } = fields
  const roles = (fields.roles ?? []).map(role => ({
    ...role,
    from: toUtc(role.from),
    to: role.to ? toUtc(role.to) : null,
  }))
  const refs = (fields.external_refs ?? []).map(({ system, id, url }) => ({ system, id, url: url ?? null }))
  return {
    title: fields.title,
    severity: fields.severity,
    summary: JSON.stringify({
      what_broke: summary?.what_broke ?? null,
      who_was_affected: summary?.who_was_affected ?? null,
    }),
    impact: JSON.stringify({
      description: impact?.description ?? null,
      users_affected: impact?.users_affected ?? null,
      requests_failed: impact?.requests_failed ?? null,
      cost: impact?.cost ?? null,
    }),
    services: fields.services ?? [],
    labels: JSON.stringify(fields.labels ?? {}),
    authors: fields.authors ?? [],
    roles: JSON.stringify(roles),
    status_update_cadence_minutes: fields.status_update_cadence_minutes ?? null,
    clock_offsets: JSON.stringify(fields.clock_offsets ?? {}),
    went_well: fields.went_well ?? [],
    went_poorly: fields.went_poorly ?? [],
    got_lucky: fields.got_lucky ?? [],
    external_refs: JSON.stringify(refs),
    related: JSON.stringify(fields.related ?? []),
  }
}
