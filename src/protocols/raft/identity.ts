// Who a member is: its host's name and, unless its disk was formatted for it, the incarnation that
// it has drawn when it found the disk empty. To Raft each is a server of its own, of which no two
// share anything but a host: one whose disk is lost is a server that has crashed for good.
// Source: the replica keys (voter and directory ids) of Kafka's KIP-853; TigerBeetle's `format`.

import type { Env, NodeId } from "../../sim/env.ts";

/** `n3` of a formatted disk, `n3#1f0c22ab90e6d711` of one that was empty when `n3` started. */
export type MemberId = string;

/** On a message that is not from formatted member to formatted member: whose and for whom it is. */
export interface Between {
  readonly from: MemberId;
  readonly to: MemberId;
}

/** What every message may say. Most do not: between formatted members it costs nothing. */
export interface Addressed {
  readonly between?: Between;
}

const MARK = "#";
/** 64 bits in hexadecimal. */
const DIGITS = 16;

/** Whether a member has drawn its incarnation. Asked for each message, so only one place counts. */
export function isDrawn(member: MemberId): boolean {
  return member.charCodeAt(member.length - DIGITS - 1) === MARK.charCodeAt(0);
}

/** The host of a member. */
export function hostOf(member: MemberId): NodeId {
  return isDrawn(member) ? member.slice(0, -DIGITS - 1) : member;
}

/** A member that never was: its random bits tell it from all that its host has been before. */
export function drawMember(host: NodeId, random: Env<never>["random"]): MemberId {
  const word = (): string =>
    random
      .int(0, 0xffff_ffff)
      .toString(16)
      .padStart(DIGITS / 2, "0");
  return `${host}${MARK}${word()}${word()}`;
}

/** Of some members, the one of that name or on the host of that name, if there is one. */
export function memberNamed(members: readonly MemberId[], name: string): MemberId | undefined {
  return members.find((id) => id === name) ?? members.find((id) => hostOf(id) === name);
}

/** The same name, as engines keep those of properties: to compare two of them takes no time. */
export function interned(name: string): string {
  return Object.keys({ [name]: true })[0]!;
}
