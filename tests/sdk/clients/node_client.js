// The official Node SDK behind a pipe: a line of JSON in, a line of JSON out, as python_client.py says it.
// The arguments are the folder with the SDK, the endpoint, the access key and its secret.

'use strict'

const path = require('path')
const readline = require('readline')

const [folder, host, accessKeyId, secretAccessKey] = process.argv.slice(2)
const sdk = path.join(folder, 'node_modules', 'jdcloud-sdk-js', 'src')
const JDCloud = require(path.join(sdk, 'global.js'))
JDCloud.config.update({ logger: () => {} })

// A client of the service; none where this SDK lacks the service, or names a version of it that it does not come with.
function open (service, config) {
  try {
    const Service = require(path.join(sdk, 'services', service + '.js'))
    return new Service(config)
  } catch (error) {
    return null
  }
}

async function call (asked) {
  const client = open(asked.service, {
    credentials: {
      accessKeyId: asked.accessKey || accessKeyId,
      secretAccessKey: asked.secret || secretAccessKey
    },
    endpoint: { protocol: 'http', host }
  })
  if (!client) return { unknown: 'operation' }
  const method = client[asked.operation]
  if (typeof method !== 'function') return { unknown: 'operation' }
  const options = Object.assign({}, asked.parameters)
  const region = options.regionId
  const source = method.toString()
  const named = source.match(/regionId = this\.config\.regionId/)
  if (named) delete options.regionId
  // What it does not know it would leave out without a word.
  const strange = Object.keys(options).find(name => !source.includes(`opts.${name}`))
  if (strange) return { unknown: 'parameter ' + strange }
  const answered = answer => ({
    code: answer.error ? answer.error.code : 200,
    status: answer.error ? answer.error.status : 'OK',
    message: answer.error ? answer.error.message : '',
    result: answer.result === undefined ? null : answer.result,
    requestId: answer.requestId
  })
  try {
    return answered(await (named ? method.call(client, options, region) : method.call(client, options)))
  } catch (error) {
    // It rejects with the answer where the HTTP status says so, and throws where it is at a loss itself.
    if (error && error.requestId !== undefined) return answered(error)
    const missing = /^Missing the required parameter '(?:opts\.)?(\w+)'/.exec(error && error.message)
    if (missing) return { unknown: 'a call without ' + missing[1] }
    throw error
  }
}

async function main () {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let answer
    try {
      answer = await call(JSON.parse(line))
    } catch (error) {
      answer = { broken: String(error && error.stack ? error.stack : JSON.stringify(error)) }
    }
    process.stdout.write(JSON.stringify(answer) + '\n')
  }
}

main()
