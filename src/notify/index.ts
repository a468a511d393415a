export { createEventFeed, type EventFeed, type FeedParts, type FeedRequest } from './feed.ts';
export { notifyExtension } from './webhook.ts';
