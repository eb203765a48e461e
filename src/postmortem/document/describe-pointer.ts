import { humanize } from '../words.ts'
import { type Reference, reference } from './blocks.ts'
import { changeReference, eventReference, factorReference, itemReference } from './sections/references.ts'
import { atMoment } from './time-format.ts'
import type { View } from './view.ts'

/** Describes in words what a JSON pointer refers to: `the counterfactual of factor 2`. */
export function describePointer(view: View, pointer: string): string {
  const place = pointerReference(view, pointer)
  return typeof place === 'string' ? place : place.text
}

/** The same, leading to where the document has it. */
export function pointerReference(view: View, pointer: string): string | Reference {
  const [collection = '', key = '', name = ''] = pointer.slice(1).split('/')
  switch (collection) {
    case 'title':
      return 'the title'
    case 'summary':
      return reference(`the summary, ${humanize(key)}`, 'summary')
    case 'impact':
      return 'the impact'
    case 'events': {
      const event = view.data.events.find(({ id }) => id === key)
      return event ? eventReference(event, `the event ${atMoment(view.timeFormat, event)}`) : 'an event'
    }
    case 'factors': {
      const words = name === 'counterfactual' ? `the counterfactual of factor ${key}` : `factor ${key}`
      return factorReference(view, Number(key), words)
    }
    case 'action_items':
      return itemReference(view, key, name === 'done_when' ? `what ${key} is done by` : key)
    case 'changes':
      return isIndex(key) ? changeReference(view, Number(key)) : pointer
    case 'went_well':
    case 'went_poorly':
    case 'got_lucky':
      return isIndex(key) ? lessonReference(view, collection, Number(key)) : pointer
    case 'sections': {
      const section = isIndex(key) ? view.data.incident.sections[Number(key)] : undefined
      return section ? reference(`the section “${section.heading}”`, `section-${Number(key) + 1}`) : pointer
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

const headings = {
  went_well: 'what-went-well',
  went_poorly: 'what-went-poorly',
  got_lucky: 'where-we-got-lucky',
} as const

function lessonReference(view: View, name: keyof typeof headings, index: number): string | Reference {
  const words = `${humanize(name)}, point ${index + 1}`
  return view.data.incident[name].length > index ? reference(words, headings[name]) : words
}
