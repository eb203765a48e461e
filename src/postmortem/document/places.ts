import { words } from '../words.ts'
import { eventTime } from './clock.ts'
import type { View } from './view.ts'

/** Where a text stands in the document, in words for who reads it: a pointer is for programs. */
export function placeOf(view: View, pointer: string): string {
  const [collection = '', key = '', name = ''] = pointer.slice(1).split('/')
  switch (collection) {
    case 'title':
      return 'the title'
    case 'summary':
      return `the summary, ${words(key)}`
    case 'impact':
      return 'the impact'
    case 'events': {
      const event = view.data.events.find(({ id }) => id === key)
      return event ? `the event at ${eventTime(view.clock, event)}` : 'an event'
    }
    case 'factors':
      return name === 'counterfactual' ? `the counterfactual of factor ${key}` : `factor ${key}`
    case 'action_items':
      return name === 'done_when' ? `what ${key} is done by` : key
    case 'went_well':
    case 'went_poorly':
    case 'got_lucky':
      return isIndex(key) ? `${words(collection)}, point ${Number(key) + 1}` : pointer
    case 'review':
      if (!isIndex(name)) return pointer
      return `${key === 'decisions' ? 'decision' : 'reframed sentence'} ${Number(name) + 1}`
    default:
      return pointer
  }
}

/** A waiver may name any pointer; lists are numbered from 1 for people. */
const isIndex = (name: string): boolean => /^\d{1,3}$/.test(name)
