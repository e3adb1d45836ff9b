import * as library from "roslib";

/* The package's own types cannot be found under Node's rules for modules; these are the parts that the tests use. */

type Done<T> = (value: T) => void;
type Failed = (error: string) => void;

export interface Ros {
  readonly isConnected: boolean;
  on(event: "connection" | "error" | "close", listener: (value: unknown) => void): void;
  close(): void;
  getTopics(done: Done<{ topics: string[]; types: string[] }>, failed: Failed): void;
  getTopicType(topic: string, done: Done<string>, failed: Failed): void;
  getTopicsForType(type: string, done: Done<string[]>, failed: Failed): void;
  getNodes(done: Done<string[]>, failed: Failed): void;
  getMessageDetails(type: string, done: Done<unknown[]>, failed: Failed): void;
  getTopicsAndRawTypes(done: Done<{ topics: string[]; typedefs_full_text: string[] }>, failed: Failed): void;
  getParams(done: Done<string[]>, failed: Failed): void;
  decodeTypeDefs(definitions: unknown[]): unknown;
}

interface Topic<T> {
  subscribe(callback: Done<T>): void;
  unsubscribe(): void;
  publish(message: T): void;
}

interface Service<Q, A> {
  callService(request: Q, done: Done<A>, failed: Failed): void;
  advertise(handler: (request: Q, answer: A) => boolean): Promise<void>;
  unadvertise(): Promise<void>;
}

interface Param<T> {
  get(done: Done<T>, failed: Failed): void;
  set(value: T, done: Done<unknown>, failed: Failed): void;
}

export interface Action<Goal, Feedback, Result> {
  sendGoal(goal: Goal, done: Done<Result>, feedback: Done<Feedback>, failed: Failed): string;
  cancelGoal(id: string): void;
  cancelAllGoals(): void;
  advertise(work: (goal: Goal, id: string) => void, cancelled: (id: string) => void): void;
  unadvertise(): void;
  sendFeedback(id: string, feedback: Feedback): void;
  setSucceeded(id: string, result: Result): void;
  setCanceled(id: string, result: Result): void;
  setFailed(id: string): void;
}

interface Roslib {
  readonly Ros: new (options: { url: string }) => Ros;
  readonly Topic: new <T = unknown>(options: {
    ros: Ros;
    name: string;
    messageType: string;
    compression?: string;
    throttle_rate?: number;
    queue_length?: number;
  }) => Topic<T>;
  readonly Service: new <Q, A>(options: { ros: Ros; name: string; serviceType: string }) => Service<Q, A>;
  readonly Action: new <Goal, Feedback, Result>(options: {
    ros: Ros;
    name: string;
    actionType: string;
  }) => Action<Goal, Feedback, Result>;
  readonly Param: new <T>(options: { ros: Ros; name: string }) => Param<T>;
}

export const roslib: Roslib = library as unknown as Roslib;
