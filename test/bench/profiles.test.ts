import { expect, test } from "bun:test";
import { PROFILES, type ProfileName } from "../../bench/data/profiles.ts";

const NUMBERS = [0, 1, 42, 999, 9999];

function bytesOf(profile: ProfileName, number: number): number {
  const { letter, attributesOf } = PROFILES[profile];
  return Buffer.byteLength(JSON.stringify(attributesOf(`${letter}${100_000_000 + number}`, number)));
}

test("the benchmark's Chinese profiles have as many bytes as the ASCII ones", () => {
  for (const number of NUMBERS) expect([bytesOf("chinese", number), bytesOf("ascii", number)]).toEqual([111, 111]);
});

test("the benchmark's realistic profiles have five attributes, 400 bytes and an avatar's address of 120 characters", () => {
  for (const number of NUMBERS) {
    const attributes = PROFILES.realistic.attributesOf(`r${100_000_000 + number}`, number);
    expect(Object.keys(attributes)).toHaveLength(5);
    expect(attributes.avatarurl).toHaveLength(120);
    expect(bytesOf("realistic", number)).toBe(400);
  }
});
