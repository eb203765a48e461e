import type { Postmortem } from './schema.ts'

export const styleHash = "'none'"
export const toHtml = (data: Postmortem): string => data.incident.title
