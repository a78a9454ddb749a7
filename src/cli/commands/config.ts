import type { Setting } from "../../config/load.ts";
import { OPTION_KEYS, type Option } from "../../config/options.ts";
import type { Command } from "../command.ts";
import { table } from "../terminal/table.ts";

const MASK = "***";

export const config: Command = {
  name: "config",
  summary: "Print every option with its value, the source of the value, and its purpose.",
  options: OPTION_KEYS,
  async run({ loaded }) {
    return {
      json: loaded.settings.map((setting) => {
        const { option, source } = setting;
        const { name, flag, unit, help } = option;
        return {
          name,
          flag: flag === undefined ? null : `--${flag}`,
          value: shownValue(setting) ?? null,
          source,
          unit: unit ?? null,
          secret: option.secret ?? false,
          help,
        };
      }),
      text: table(
        ["option", "value", "source", ""],
        loaded.settings.map((setting) => [
          setting.option.name,
          withUnit(setting.option, shownValue(setting)),
          setting.source,
          setting.option.help,
        ]),
      ),
    };
  },
};

function shownValue({ option, source, text }: Setting): string | undefined {
  return option.secret && source !== "not set" ? MASK : text;
}

function withUnit({ unit }: Option, value: string | undefined): string {
  if (value === undefined) return "-";
  return unit === undefined ? value : `${value} ${unit}`;
}
