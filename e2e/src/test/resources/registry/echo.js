// Reads one record in hexadecimal a line, all of one topic, decodes it by @kafkajs/confluent-schema-registry, and prints it
// encoded again. Usage: NODE_PATH=<node_modules> node echo.js <registry URL>
const { SchemaRegistry, SchemaType } = require('@kafkajs/confluent-schema-registry');
const avro = require('avsc');
const readline = require('readline');

// Times in nanoseconds are more than a number of JavaScript can hold.
const long = avro.types.LongType.__with({
  fromBuffer: (buffer) => buffer.readBigInt64LE(),
  toBuffer: (value) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value) => typeof value === 'bigint',
  compare: (one, other) => (one === other ? 0 : one < other ? -1 : 1),
});

async function main() {
  const registry = new SchemaRegistry({ host: process.argv[2] }, { [SchemaType.AVRO]: { registry: { long } } });
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
