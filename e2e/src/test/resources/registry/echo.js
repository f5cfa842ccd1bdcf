// Reads one record in hexadecimal a line, decodes it by @kafkajs/confluent-schema-registry, and prints it encoded again.
// Usage: NODE_PATH=<node_modules> node echo.js <registry URL>
const { SchemaRegistry } = require('@kafkajs/confluent-schema-registry');
const readline = require('readline');

async function main() {
  const registry = new SchemaRegistry({ host: process.argv[2] });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const record = Buffer.from(line, 'hex');
    const value = await registry.decode(record);
    const again = await registry.encode(record.readInt32BE(1), value);
    console.log(again.toString('hex'));
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
