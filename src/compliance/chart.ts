import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Chart } from './chart-data.ts';

echarts.use([LineChart, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, SVGRenderer]);

/** Told apart without colour sight as well (Okabe and Ito's palette). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#000000'];
const BAD = 'rgba(213, 94, 0, 0.18)';

/** One chart as SVG text, drawn without a browser. */
export function chartSvg(chart: Chart, width = 960, height = 260): string {
  const drawn = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    drawn.setOption({
      animation: false,
      color: COLOURS,
      textStyle: { fontFamily: 'sans-serif' },
      grid: { left: 60, right: 24, top: 36, bottom: 34 },
      legend: { top: 4, type: 'plain' },
      xAxis: { type: 'time', min: chart.from, max: chart.until, useUTC: true },
      yAxis: { type: 'value', min: 0, ...(isShare(chart) ? { max: 1 } : {}) },
      series: chart.lines.map((line, i) => ({
        name: plain(line.name),
        type: 'line',
        data: line.points.map(([at, value]) => [at, value ?? '-']),
        showSymbol: line.points.length < 40,
        symbolSize: 4,
        lineStyle: { width: 1.5, type: i % 2 === 0 ? 'solid' : 'dashed' },
        ...(isShare(chart) ? { step: 'middle' } : {}),
        ...(i === 0
          ? {
              markArea: {
                silent: true,
                itemStyle: { color: BAD },
                data: chart.bad.map(([from, until]) => [{ xAxis: from }, { xAxis: until }]),
              },
              markLine: {
                silent: true,
                symbol: 'none',
                label: { show: false },
                lineStyle: { color: '#666666', type: 'dotted' },
                data: [{ yAxis: chart.threshold }],
              },
            }
          : {}),
      })),
      useUTC: true,
    });
    return drawn.renderToSVGString();
  } finally {
    drawn.dispose();
  }
}

function isShare(chart: Chart): boolean {
  return chart.metric === 'net.reachable' || chart.metric === 'http.up';
}

/** Names come from clients: nothing that markup knows gets into the picture. */
function plain(name: string): string {
  return name.replace(/[<>&"']/g, '·');
}
