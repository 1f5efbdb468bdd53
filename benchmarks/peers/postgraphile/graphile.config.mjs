import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

/** Reading only, and of the schema that schema.sql makes. */
export default {
  extends: [PostGraphileAmberPreset],
  disablePlugins: [
    "PgMutationCreatePlugin",
    "PgMutationUpdateDeletePlugin",
    "NodePlugin",
    "AddNodeInterfaceToSuitableTypesPlugin",
  ],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ["postgraphile"],
      pubsub: false,
      poolConfig: { max: 8 },
    }),
  ],
  schema: {
    defaultBehavior: "-connection +list -filterBy",
  },
  grafast: { explain: false },
  grafserv: { graphqlPath: "/graphql", graphiql: false, websockets: false, watch: false },
};
