// Headers of blocks whose bodies nobody gets.

import type { Lie } from "./lies.ts";

export const withholding: Lie = {
  onSend: (context, message) => {
    if (message.type !== "bodies" || !context.tells("withholds bodies")) return message;
    return { ...message, bodies: [] };
  },
};
