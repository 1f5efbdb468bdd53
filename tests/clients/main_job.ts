// The main job by openapi-fetch, with the types that openapi-typescript makes: ask, report once,
// see it move, be told what is wrong.
//
//     node main_job.ts ADDRESS KEY
//
// It prints what it was told, as one JSON object, for the test that runs it.

import createClient from "openapi-fetch";
import type { components, paths } from "./api.d.ts";

// Lists are given in other forms, too; this client takes JSON.
type Json = "application/json" | "application/problem+json";
type Client = ReturnType<typeof createClient<paths, Json>>;
type Problem = components["schemas"]["Problem"];
type Report = components["schemas"]["ReportBody"];

const ITEM = "clear-sky-plan-2023-5";

/** What was answered; a refusal ends the program. */
function answered<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.data === undefined) {
    throw new Error(answer.error?.detail);
  }
  return answer.data;
}

async function basis(client: Client): Promise<string | undefined> {
  const progress = answered(
    await client.GET("/v1/dialogues/{id}/progress", {
      params: { path: { id: "cn-kr-dg-dialogue" } },
    }),
  );
  return progress.items.find((item) => item.id === ITEM)?.standing.basis;
}

async function report(client: Client, body: Report, key: string) {
  return client.POST("/v1/action-items/{id}/reports", {
    params: { path: { id: ITEM }, header: { "Idempotency-Key": key } },
    body,
  });
}

async function main(address: string, key: string) {
  const client = createClient<paths, Json>({
    baseUrl: address,
    headers: { Authorization: `Bearer ${key}` },
  });
  const before = await basis(client);
  const item = answered(
    await client.GET("/v1/action-items/{id}", { params: { path: { id: ITEM } } }),
  );
  const body: Report = {
    status: "on_track",
    progress: 60,
    summary: { en: "The programme is agreed." },
  };
  const first = answered(await report(client, body, "night-1"));
  const second = answered(await report(client, body, "night-1"));
  const changes = answered(
    await client.GET("/v1/changes", {
      params: { query: { since: first.revision - 1, kind: ["status_report"] } },
    }),
  );
  const snapshot = answered(
    await client.GET("/v1/snapshot", {
      params: { query: { kind: ["status_report"] } },
      parseAs: "text",
    }),
  );
  const { error } = await report(client, { ...body, progress: 101 }, "night-2");
  return {
    before,
    item: item.number,
    reports: [first.id, second.id],
    after: await basis(client),
    changes: changes.items.map((change) => change.id),
    snapshot: snapshot.split("\n").filter(Boolean).map((line) => JSON.parse(line).id),
    refusal: [error?.status, error?.errors?.[0]?.pointer, error?.errors?.[0]?.rule],
  };
}

const [address, key] = process.argv.slice(2);
console.log(JSON.stringify(await main(address ?? "", key ?? "")));
