// A real authorization server for tests: oidc-provider on loopback, one client of its own, access tokens as JWTs for a named resource.
// Arguments: port, client secret, audiences with commas between.
import http from 'node:http';
import { generateKeyPair, exportJWK } from 'jose';
import Provider from 'oidc-provider';

const [port, secret, audiences] = process.argv.slice(2);
const mount = '/oidc';
const issuer = `http://127.0.0.1:${port}${mount}`;
const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const key = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'test' };

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'keyrack-test', client_secret: secret, grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    scope: 'tools:read',
  }],
  jwks: { keys: [key] },
  cookies: { keys: [secret] },
  scopes: ['tools:read'],
  responseTypes: ['code'],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audiences.split(',')[0],
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, resource) => ({
        audience: resource, scope: 'tools:read', accessTokenFormat: 'jwt', accessTokenTTL: 600, jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});
const serve = provider.callback();
http.createServer((request, response) => {
  if (!request.url.startsWith(mount)) {
    response.writeHead(404).end();
    return;
  }
  request.originalUrl = request.url;
  request.url = request.url.slice(mount.length) || '/';
  serve(request, response);
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));
