import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'

const factory = SerializerSelector()

/**
 * Compiles each answer's serializer lazily: every compilation goes through all components of the contract, which made a
 * start that compiles all of them slow.
 */
export const buildSerializer: typeof factory = (components, options) => {
  const compile = factory(components, options)
  return route => {
    let serialize: ReturnType<typeof compile> | undefined
    return answer => {
      serialize ??= compile(route)
      return serialize(answer)
    }
  }
}
