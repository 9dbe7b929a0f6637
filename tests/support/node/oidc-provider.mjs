// A real OpenID provider (oidc-provider) on 127.0.0.1. In front of it: a page to sign in on, and hands for the tests at
// /double/...: people, faults, other keys. A fault changes one thing in a token the provider made, and signs it again.
//
//   node oidc-provider.mjs CLIENT_ID CLIENT_SECRET RETURN_URL     prints its address, ends when standard input does

import { createHmac } from "node:crypto";
import { createServer } from "node:http";

import { SignJWT, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

const [clientId, clientSecret, returnUrl] = process.argv.slice(2);
const HOUR = 3600;

const people = new Map();
const ours = { fault: "", seen: [] };
let service;

const server = createServer((request, response) => handle(request, response).catch((error) => fail(response, error)));
server.listen(0, "127.0.0.1", async () => {
  await renew("first");
  process.stdout.write(`${address()}\n`);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));

function address() {
  return `http://127.0.0.1:${server.address().port}`;
}

/** The provider with a key of its own; called again, one whose only key is another. */
async function renew(kid, hasEmail = false) {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid, alg: "RS256", use: "sig" };
  const provider = new Provider(address(), settings(key, hasEmail));
  provider.use(tampering(privateKey, kid));
  service = { provider, handle: provider.callback() };
}

function settings(key, hasEmail) {
  return {
    jwks: { keys: [key] },
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [returnUrl] }],
    claims: { openid: ["sub", "amr", "acr"], email: ["email", "email_verified"] },
    conformIdTokenClaims: !hasEmail, // as the standard has it, an e-mail is told at the userinfo endpoint; many put it in the token
    cookies: { keys: ["a key of the double"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ ...people.get(sub), sub }) }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid email");
      await grant.save();
      return grant;
    },
  };
}

async function handle(request, response) {
  const path = new URL(request.url, address()).pathname;
  ours.seen.push(`${request.method} ${path}`);
  if (path.startsWith("/double/")) return control(path.slice("/double/".length), request, response);
  if (path.startsWith("/interaction/")) return signIn(request, response);
  if (ours.fault === "away") return request.socket.destroy();
  if (ours.fault === "garbage") return response.writeHead(200).end("<html>not what was asked</html>");
  if (ours.fault === "broken") return response.writeHead(502).end("<html>Bad Gateway</html>");
  return service.handle(request, response);
}

/** The page that a person sees at their provider. */
async function signIn(request, response) {
  if (request.method === "GET") {
    const page = `<!doctype html><html lang="en"><title>Double</title><h1>The provider</h1><form method="post">
      <label>Who <input name="who"></label> <label>Method <input name="amr"></label> <label>Level <input name="acr"></label>
      <button name="go" value="in">Sign in</button> <button name="go" value="stop">Stop</button></form></html>`;
    return response.writeHead(200, { "content-type": "text/html" }).end(page);
  }
  const form = new URLSearchParams(await bodyOf(request));
  const login = {
    accountId: form.get("who"),
    ...(form.get("amr") && { amr: form.get("amr").split(" ") }),
    ...(form.get("acr") && { acr: form.get("acr") }),
  };
  const said = form.get("go") === "stop" ? { error: "access_denied", error_description: "They stopped" } : { login };
  return service.provider.interactionFinished(request, response, said, { mergeWithLastSubmission: false });
}

/** What a test may do to the double. */
async function control(what, request, response) {
  const body = request.method === "POST" ? JSON.parse(await bodyOf(request)) : {};
  if (what === "person") people.set(body.sub, body.claims);
  if (what === "fault") ours.fault = body.fault;
  if (what === "renew") await renew(body.kid, body.has_email);
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ seen: ours.seen.splice(0) }));
}

function tampering(key, kid) {
  return async (ctx, next) => {
    await next();
    if (ctx.path === "/token" && ctx.body?.id_token) ctx.body.id_token = await changed(ctx.body.id_token, key, kid);
    if (ctx.path.startsWith("/.well-known") && ours.fault === "other-issuer-told") ctx.body = { ...ctx.body, issuer: "https://other.example" };
    if (ctx.path.startsWith("/.well-known") && ours.fault === "incomplete") ctx.body = { issuer: ctx.body.issuer };
    if (ctx.path === "/me" && ours.fault === "other-person") ctx.body = { ...ctx.body, sub: "somebody else" };
  };
}

/** The token with one thing wrong with it; without a fault, as the provider made it. */
async function changed(token, key, kid) {
  const claims = decodeJwt(token);
  const header = { ...decodeProtectedHeader(token), kid };
  const signed = (other, by = key) => new SignJWT({ ...claims, ...other }).setProtectedHeader(header).sign(by);
  const now = Math.floor(Date.now() / 1000);
  switch (ours.fault) {
    case "signed-again": return signed({});
    case "nonce": return signed({ nonce: "another" });
    case "no-nonce": return signed({ nonce: undefined });
    case "issuers": return signed({ iss: [address(), "https://other.example"] });
    case "issuer": return signed({ iss: "https://other.example" });
    case "audience": return signed({ aud: "another client" });
    case "audience-for-us": return signed({ aud: "another client", azp: clientId });
    case "another-party": return signed({ aud: [clientId, "another client"], azp: "another client" });
    case "expired": return signed({ iat: now - 2 * HOUR, exp: now - HOUR });
    case "from-tomorrow": return signed({ iat: now + 24 * HOUR, exp: now + 25 * HOUR });
    case "no-expiry": return signed({ exp: undefined });
    case "no-subject": return signed({ sub: undefined });
    case "empty-subject": return signed({ sub: "" });
    case "long-subject": return signed({ sub: "s".repeat(256) });
    case "odd-subject": return signed({ sub: { admin: true } });
    case "access-token": return signed({ at_hash: "AAAAAAAAAAAAAAAAAAAAAA" });
    case "foreign-key": return signed({}, (await generateKeyPair("RS256")).privateKey);
    case "unsigned": return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.`;
    case "secret-as-key": return withSecret(claims, clientSecret);
    case "public-key-as-secret": return withSecret(claims, JSON.stringify((await exportJWK(key)).n));
    case "cut": return token.slice(0, -20);
    case "none": return undefined;
    case "words": return "not a token";
    default: return token;
  }
}

function withSecret(claims, secret) {
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

function part(object) {
  return Buffer.from(JSON.stringify(object)).toString("base64url");
}

async function bodyOf(request) {
  const parts = [];
  for await (const some of request) parts.push(some);
  return Buffer.concat(parts).toString();
}

function fail(response, error) {
  process.stderr.write(`${error.stack}\n`);
  if (!response.headersSent) response.writeHead(500);
  response.end();
}
