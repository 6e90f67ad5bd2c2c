import { defineReadTool, readerOf } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';

export const getThresholdInformation = defineReadTool({
  name: 'get-threshold-information',
  title: 'API usage',
  description: "How much of the tenant's hourly API allowance is used, by everybody and by this server.",
  // An argument, because Gemini refuses tools that have none.
  input: { format: inputs.formatInput.format },
  openWorld: true,
  run: async (_args, context) => {
    const reader = readerOf(context);
    const threshold = await reader.threshold(context.signal ? { signal: context.signal } : {});
    const used = threshold.currentTimeframeRequestCount;
    const limit = threshold.externalRequestThreshold;
    const share = limit > 0 ? Math.round((used / limit) * 1000) / 10 : 0;
    const own = reader.requestsSent();
    return {
      kind: 'facts',
      lines: [
        `${used} of ${limit} requests (${share} %) in the last ${threshold.requestThresholdTimeframe} minutes, all integrations together.`,
        `This server has sent ${own} since it started.`,
        ...(share >= 50 ? [`Autotask slows every request down from 50 % on: ask for less.`] : []),
      ],
      json: { ...threshold, share, sentByThisServer: own },
    };
  },
});
