import { createServer } from "node:http";
import { grafserv } from "postgraphile/grafserv/node";
import { postgraphile } from "postgraphile";

import preset from "./graphile.config.mjs";

const port = Number(process.argv[2] ?? 5678);
const server = createServer();
const service = postgraphile(preset).createServ(grafserv);

await service.addTo(server);
// A first answer is one of the schema, which is made when it is first needed.
await service.getSchema();
server.listen(port, "127.0.0.1");
