// Decides JSON lines of `keyrack access decide --language aws-iam` with npm @cloud-copilot/iam-simulate; see test_differential.py.
import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate'
import readline from 'node:readline'

const DECISIONS = { Allowed: 'allow', ExplicitlyDenied: 'explicit_deny', ImplicitlyDenied: 'implicit_deny' }
const named = (documents) => (documents ?? []).map((policy, index) => ({ name: `p${index}`, policy }))
const levels = (kinds) => (kinds ?? []).map((documents, index) => ({ orgIdentifier: `level${index}`, policies: named(documents) }))
// That engine adds the full-access RCP itself and refuses it as input.
const denying = (kinds) => kinds?.map((documents) => documents.filter((document) => document.Statement[0].Effect === 'Deny'))

for await (const line of readline.createInterface({ input: process.stdin })) {
  const given = JSON.parse(line)
  const { principal, action, resource, context } = given.request
  const result = await runSimulation({
    request: { principal: principal ?? anonymousPrincipal, action, resource: { resource, accountId: given.resource_account }, contextVariables: context },
    identityPolicies: named(given.identity_policies),
    serviceControlPolicies: levels(given.scps),
    resourceControlPolicies: levels(denying(given.rcps)),
    resourcePolicy: given.resource_policies?.[0],
    sessionPolicy: given.session_policies?.[0],
    permissionBoundaryPolicies: given.boundaries && named(given.boundaries),
    vpcEndpointPolicies: given.endpoint_policies && named(given.endpoint_policies),
  }, {})
  const answer = result.resultType === 'error' ? { id: given.id, error: result.errors } : { id: given.id, decision: DECISIONS[result.overallResult] }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
