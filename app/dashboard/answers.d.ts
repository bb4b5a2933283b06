// What the API answers, by its own OpenAPI document: `make lint` writes `#document` from it.

import type { components, paths } from "#document";

/** What the document leaves open (`{}`, or an object of no known members) may be used as it comes. */
type Open<T> = unknown extends T
  ? any
  : T extends readonly (infer Item)[]
    ? Open<Item>[]
    : string extends keyof T
      ? any
      : T extends object
        ? { [Name in keyof T]: Open<T[Name]> }
        : T;

type Schemas = components["schemas"];

/** A schema of the document by its name; open where the document does not have it. */
export type Schema<Name extends string> = Name extends keyof Schemas ? Open<Schemas[Name]> : any;

/** Whether an address has the form of a route: "/api/programs/7" that of "/api/programs/{id}". */
type Fits<Address, Route> = Address extends `${infer First}/${infer Rest}`
  ? Route extends `${infer Head}/${infer Tail}`
    ? Head extends `{${string}}`
      ? Fits<Rest, Tail>
      : First extends Head
        ? Fits<Rest, Tail>
        : false
    : false
  : Route extends `${string}/${string}`
    ? false
    : Route extends `{${string}}`
      ? true
      : Address extends Route
        ? true
        : false;

/** The route of the document that an address is of; never if there is none. */
export type RouteOf<Address extends string> = Address extends `${infer Path}?${string}`
  ? RouteOf<Path>
  : Address extends keyof paths
  ? Address
  : { [Route in keyof paths & string]: Fits<Address, Route> extends true ? Route : never }[keyof paths & string];

type Json<Responses> = {
  [Status in keyof Responses]: Status extends 200 | 201 | 202
    ? Responses[Status] extends { content: { "application/json": infer Body } }
      ? Body
      : never
    : never;
}[keyof Responses];

/** What a method of an address answers. */
export type Answer<Address extends string, Method extends string = "get"> =
  paths[RouteOf<Address>] extends Record<Method, { responses: infer Responses }> ? Open<Json<Responses>> : never;

export type Program = Schema<"Program">;
export type Hit = Answer<"/api/programs">["programs"][number];
export type Page = Answer<"/api/programs">;
export type Network = Answer<"/api/networks">["networks"][number];
