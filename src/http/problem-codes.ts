/** An error code's status and documentation. */
interface ProblemKind {
  status: number
  title: string
  /** What it means, and what to do. */
  meaning: string
  /** An example for the contract. */
  example: {
    /** The path of the request. */
    instance: string
    /** Absent where the answer's detail is the meaning. */
    detail?: string
    /** The wrong field or parameter. */
    field?: { pointer?: string; parameter?: string; code: string; event_id?: string }
  }
}

const incident = '/v1/incidents/PM-2026-06-17-payments-drill'

const kinds = {
  malformed_request: {
    status: 400,
    title: 'The request cannot be parsed',
    meaning:
      'The body is not JSON (UTF-8, no name twice in an object, 32 levels deep at most), or the request line or a header is malformed.',
    example: {
      instance: '/v1/incidents',
      detail:
        'The body is not JSON: Expected double-quoted property name in JSON at position 14 (line 1 column 15).',
    },
  },
  invalid_query: {
    status: 400,
    title: 'A query parameter is wrong',
    meaning: 'A parameter is unknown, repeated, or breaks its rule; `errors` names it.',
    example: {
      instance: '/v1/incidents',
      detail: 'limit must be an integer in plain digits, such as 50.',
      field: { parameter: 'limit', code: 'type' },
    },
  },
  invalid_cursor: {
    status: 400,
    title: 'The cursor is not usable',
    meaning:
      'A cursor is used as it was given, with the same route, filters and sort. Begin again without it.',
    example: {
      instance: '/v1/incidents',
      detail:
        'The cursor was not made by this list with these filters and this sort: begin again without it.',
      field: { parameter: 'cursor', code: 'checksum' },
    },
  },
  invalid_header: {
    status: 400,
    title: 'A header is wrong',
    meaning:
      'A request header does not have the form it must have, or contradicts the body; `errors` names it.',
    example: {
      instance: incident,
      detail: 'If-Match must be * or a list of ETags as they were answered, with their quotes.',
      field: { parameter: 'If-Match', code: 'format' },
    },
  },
  unauthenticated: {
    status: 401,
    title: 'A token is needed',
    meaning:
      'Send `Authorization: Bearer <token>`. The first start prints the admin token; `debrief token create` makes more.',
    example: {
      instance: '/v1/incidents',
      detail: 'No token was sent. Send "Authorization: Bearer <token>".',
    },
  },
  forbidden: {
    status: 403,
    title: 'The token may not do this',
    meaning: 'The token is good, but its scope does not cover this call; `detail` names the scope that does.',
    example: {
      instance: '/v1/incidents',
      detail:
        'This call needs a token of scope write; this one has read. An admin makes one by POST /v1/tokens.',
    },
  },
  not_found: {
    status: 404,
    title: 'Nothing is there',
    meaning: 'No such route, or nothing stored under this id.',
    example: {
      instance: incident,
      detail: 'Incident PM-2026-06-17-payments-drill does not exist: GET /v1/incidents lists all.',
    },
  },
  method_not_allowed: {
    status: 405,
    title: 'The address does not take this method',
    meaning: 'Something is there, but not for this method; `Allow` and `detail` name those that it takes.',
    example: {
      instance: incident,
      detail: 'This address takes DELETE, GET, HEAD, OPTIONS, PATCH, and not PUT.',
    },
  },
  not_acceptable: {
    status: 406,
    title: 'No such representation',
    meaning:
      '`Accept` excludes every media type that the call answers with: JSON, but for the document (text/markdown, text/html or application/json), the export (application/x-ndjson) and what the contract says of a few others.',
    example: {
      instance: `${incident}/postmortem`,
      detail:
        'Accept excludes what this comes as: send one of text/markdown, text/html, application/json, or none.',
    },
  },
  request_timeout: {
    status: 408,
    title: 'The request did not arrive in time',
    meaning:
      'The headers, or the body, took too long to arrive. Send it again: nothing was stored, but of a stream of lines what its answer says is settled.',
    example: {
      instance: '/v1/incidents',
      detail: 'The body did not arrive within 30 seconds: send it again.',
    },
  },
  conflict: {
    status: 409,
    title: 'The request conflicts with what is stored',
    meaning: 'The body is valid, but something else already holds what it claims; `detail` says what.',
    example: {
      instance: '/v1/people/payments-team',
      detail:
        'payments-team is the handle of a team already, and people and teams share one space of handles: take another.',
    },
  },
  duplicate_with_other_content: {
    status: 409,
    title: 'This key was used with other content',
    meaning:
      'An event with the same source system and `dedupe_key` is stored with other content. The stored one is kept; `event_id` in `errors` names it.',
    example: {
      instance: `${incident}/events`,
      detail:
        'prometheus has sent the dedupe_key prometheus:9f31c2 before, with other content: event 019785b0-5c00-7000-8000-000000000002 is kept as it is. PATCH that event to correct it, or send another dedupe_key with another event.',
      field: {
        pointer: '/dedupe_key',
        code: 'taken',
        event_id: '019785b0-5c00-7000-8000-000000000002',
      },
    },
  },
  milestone_taken: {
    status: 409,
    title: 'The milestone is taken',
    meaning:
      'In each spell a milestone belongs to one event of the timeline at a time; `event_id` in `errors` names the holder. Retract that, or change its milestones first.',
    example: {
      instance: `${incident}/events`,
      detail:
        'The milestone detected of spell 1 belongs to event 019785b0-5c00-7000-8000-000000000002. Retract that event or change its milestones first, give this one another spell if the impact came again, or let it have no milestone.',
      field: {
        pointer: '/milestones',
        code: 'taken',
        event_id: '019785b0-5c00-7000-8000-000000000002',
      },
    },
  },
  wrong_state: {
    status: 409,
    title: 'The state does not allow this',
    meaning: 'The call would be valid in another state; `detail` says which.',
    example: {
      instance: `${incident}/action-items/AI-1/deferrals`,
      detail: 'AI-1 is done, so nothing is left to defer: DELETE …/closure reopens it.',
    },
  },
  sealed: {
    status: 409,
    title: 'The postmortem is final',
    meaning:
      'Its document is sealed and does not change. Corrections are made under an amendment (`POST …/amendments`), and sealed again as the next revision. Action items and changes live on without one.',
    example: {
      instance: `${incident}/factors`,
      detail:
        'PM-2026-06-17-payments-drill is final: POST …/amendments with an author and a reason opens it for a correction. Action items and changes need none.',
    },
  },
  checks_failed: {
    status: 409,
    title: 'The postmortem is not ready to be final',
    meaning:
      'Each of `errors` is a check that fails, or the state that is missing, with what to do about it; `GET …/checks` has them all.',
    example: {
      instance: `${incident}/revisions`,
      detail: 'Name the events of the timeline that factor 2 rests on.',
      field: { pointer: '/factors/2/events', code: 'FACTOR_UNCITED' },
    },
  },
  not_waivable: {
    status: 409,
    title: 'This check cannot be waived',
    meaning:
      'A review must have been held, and every action item needs an owner who is there. Warnings and questions hold nothing back, so there is nothing to waive.',
    example: {
      instance: `${incident}/checks/REVIEW_MISSING/waiver`,
      detail: 'REVIEW_MISSING cannot be waived: hold a review, and record it.',
    },
  },
  request_in_progress: {
    status: 409,
    title: 'The same request is under way',
    meaning:
      'Another request with this `Idempotency-Key` has not been answered yet. Send it again after `Retry-After` seconds.',
    example: {
      instance: '/v1/incidents',
      detail:
        'A request with this Idempotency-Key is under way: send it again in a second, to get its answer.',
      field: { parameter: 'Idempotency-Key', code: 'in_progress' },
    },
  },
  redacted: {
    status: 410,
    title: 'It was taken out for good',
    meaning: 'The bytes of this evidence were redacted; `detail` says by whom, when and why.',
    example: {
      instance: '/v1/evidence/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
      detail:
        'mara took the bytes of 2c26b46b68ff out for good at 2026-06-18T09:00:00.000Z: The screenshot showed a customer’s card number.',
    },
  },
  version_mismatch: {
    status: 412,
    title: 'The resource is not as expected',
    meaning:
      'What is stored is not what `If-Match` or `If-None-Match` allows. Read the resource again, then repeat the change.',
    example: {
      instance: incident,
      detail:
        'The stored version is 3, and not the one that If-Match names: GET it again, and repeat the change with its new ETag.',
    },
  },
  too_large: {
    status: 413,
    title: 'The body is too large',
    meaning: 'Ordinary bodies may have 1 MiB, and evidence 25.',
    example: {
      instance: '/v1/incidents',
      detail: 'The body may have 1048576 bytes at most: send less at a time.',
    },
  },
  uri_too_long: {
    status: 414,
    title: 'The address is too long',
    meaning: 'An address with its query may have 8 KiB.',
    example: {
      instance: '/v1/incidents',
      detail: 'The address may have 8192 bytes, and this one has 9001.',
    },
  },
  unsupported_media_type: {
    status: 415,
    title: 'The media type is not supported',
    meaning:
      'Send `Content-Type: application/json`, or `application/merge-patch+json` with PATCH; in UTF-8, and not compressed. Of evidence, what it is.',
    example: {
      instance: '/v1/incidents',
      detail: 'The Content-Type is application/x-www-form-urlencoded: send Content-Type: application/json.',
    },
  },
  misdirected: {
    status: 421,
    title: 'The request is meant for another host',
    meaning:
      'While the service listens on the loopback only, `Host` must name the loopback, or a host of `DEBRIEF_ALLOWED_HOSTS`. It keeps web pages from reaching a service on their reader’s machine.',
    example: {
      instance: '/v1/incidents',
      detail:
        'Host must be one of localhost, 127.0.0.1, [::1], and it is evil.example: DEBRIEF_ALLOWED_HOSTS adds names.',
    },
  },
  invalid_body: {
    status: 422,
    title: 'A field breaks a rule',
    meaning: 'The body was parsed, but a field breaks a rule; `errors` names each field and its rule.',
    example: {
      instance: '/v1/incidents',
      detail: '/title is required.',
      field: { pointer: '/title', code: 'required' },
    },
  },
  root_cause_refused: {
    status: 422,
    title: 'Debrief names no single root cause',
    meaning:
      'Incidents have contributing factors, each with a counterfactual. A single root cause ends the search too early and points at whoever acted last. Post each condition to the incident’s factors: `POST …/factors`.',
    example: {
      instance: '/v1/incidents',
      field: { pointer: '/root_cause', code: 'root_cause' },
    },
  },
  owner_is_team: {
    status: 422,
    title: 'The owner is a team',
    meaning: 'An action item has exactly one owner, and it is a person: what a whole team owns, nobody does.',
    example: {
      instance: `${incident}/action-items`,
      detail:
        '/owner: an action item has one owner, and payments-team is a team. GET /v1/people?team=payments-team lists who is in it.',
      field: { pointer: '/owner', code: 'is_team' },
    },
  },
  unknown_reference: {
    status: 422,
    title: 'The body refers to something that is not there',
    meaning: 'A handle, an incident, an event, a factor or evidence named in the body does not exist.',
    example: {
      instance: `${incident}/action-items`,
      detail:
        '/owner names pria, and nobody in the directory has this handle. PUT /v1/people/pria with a name adds the person; GET /v1/people lists all.',
      field: { pointer: '/owner', code: 'unknown' },
    },
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key was used for another request',
    meaning:
      'A key stands for one request for seven days: the same address and the same body. Take a new key for a new request.',
    example: {
      instance: '/v1/incidents',
      detail:
        'This Idempotency-Key was sent before, to another address or with another body: take a new key for a new request, or repeat the old one as it was.',
      field: { parameter: 'Idempotency-Key', code: 'reused' },
    },
  },
  precondition_required: {
    status: 428,
    title: 'The call must say what it has read',
    meaning:
      'Send `If-Match` with the ETag of what you have read, so that nothing is replaced or sealed unseen; `If-None-Match: *` where there should be nothing yet.',
    example: {
      instance: `${incident}/review`,
      detail:
        'Send the header If-Match with the ETag that GET of this address answers, quotes and all, so that nothing is lost unseen.',
      field: { parameter: 'If-Match', code: 'required' },
    },
  },
  too_many_attempts: {
    status: 429,
    title: 'Too many wrong tokens',
    meaning:
      'Too many tokens that are unknown, expired or revoked came from this address. Wait for `Retry-After` seconds, or send a good one.',
    example: {
      instance: '/v1/incidents',
      detail: 'Too many wrong tokens came from 127.0.0.1: send a good one, or wait 42 seconds.',
    },
  },
  rate_limited: {
    status: 429,
    title: 'The token makes too many requests',
    meaning:
      'The token has a limit, `requests_per_minute`, and has reached it. Wait for `Retry-After` seconds; `RateLimit` says in time how many requests are left.',
    example: {
      instance: `${incident}/events`,
      detail: 'This token may make 6000 requests a minute, and has: wait 42 seconds.',
    },
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    meaning: 'The request line and the headers may have 16 KiB together.',
    example: {
      instance: '/',
      detail: 'The request line and the headers are too long together: 16 KiB are the most.',
    },
  },
  internal: {
    status: 500,
    title: 'Something went wrong in Debrief',
    meaning: 'The request id names the entry in the log. The request may be sent again.',
    example: {
      instance: '/v1/incidents',
      detail: 'An unexpected error happened; the log has it under this request id.',
    },
  },
  unavailable: {
    status: 503,
    title: 'Debrief cannot answer now',
    meaning:
      'The database is starting, stopping or overloaded, takes too long for what was asked, or as many exports run as may. Try again after `Retry-After` seconds.',
    example: {
      instance: '/v1/incidents',
      detail: 'The database does not answer. Try again shortly.',
    },
  },
} satisfies Record<string, ProblemKind>

export type ProblemCode = keyof typeof kinds

/** The closed list of error codes, each with a page at `/problems/<code>`. */
export const problemCodes: Readonly<Record<ProblemCode, ProblemKind>> = kinds
