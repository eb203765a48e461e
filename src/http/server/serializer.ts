import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'

const factory = SerializerSelector()

/**
 * Builds the serializer of each answer when it is first needed. Each build looks through all components of the contract,
 * so a start that builds all of them would wait for as many times as many.
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
