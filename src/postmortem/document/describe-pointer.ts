import { humanize } from '../words.ts'
import { atMoment } from './time-format.ts'
import type { View } from './view.ts'

/** Describes in words what a JSON pointer refers to: `the counterfactual of factor 2`. */
export function describePointer(view: View, pointer: string): string {
  const [collection = '', key = '', name = ''] = pointer.slice(1).split('/')
  switch (collection) {
    case 'title':
      return 'the title'
    case 'summary':
      return `the summary, ${humanize(key)}`
    case 'impact':
      return 'the impact'
    case 'events': {
      const event = view.data.events.find(({ id }) => id === key)
      return event ? `the event ${atMoment(view.timeFormat, event)}` : 'an event'
    }
    case 'factors':
      return name === 'counterfactual' ? `the counterfactual of factor ${key}` : `factor ${key}`
    case 'action_items':
      return name === 'done_when' ? `what ${key} is done by` : key
    case 'went_well':
    case 'went_poorly':
    case 'got_lucky':
      return isIndex(key) ? `${humanize(collection)}, point ${Number(key) + 1}` : pointer
    case 'sections': {
      const section = isIndex(key) ? view.data.incident.sections[Number(key)] : undefined
      return section ? `the section “${section.heading}”` : pointer
    }
    case 'review':
      if (!isIndex(name)) return pointer
      return `${key === 'decisions' ? 'decision' : 'reframed sentence'} ${Number(name) + 1}`
    default:
      return pointer
  }
}

/** Whether a pointer's token is an index: a waiver may name any pointer. */
const isIndex = (name: string): boolean => /^\d{1,3}$/.test(name)
