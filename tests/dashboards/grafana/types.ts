// What the schema beside this file is generated from: Grafana's own types of a dashboard, and of the panels that are used.
// In an empty folder with this file:
//   npm install ts-json-schema-generator@2 typescript@5 @grafana/schema@13.2.3
//   npx ts-json-schema-generator --path types.ts --type Grafana --no-type-check --expose export --jsDoc none --minify
import * as dashboard from './node_modules/@grafana/schema/dist/types/raw/dashboard/x/types.gen';
import * as bargauge from './node_modules/@grafana/schema/dist/types/raw/composable/bargauge/panelcfg/x/types.gen';
import * as stat from './node_modules/@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/types.gen';
import * as statetimeline from './node_modules/@grafana/schema/dist/types/raw/composable/statetimeline/panelcfg/x/types.gen';
import * as table from './node_modules/@grafana/schema/dist/types/raw/composable/table/panelcfg/x/types.gen';
import * as timeseries from './node_modules/@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/types.gen';

// Options are partial, as in a dashboard that leaves the rest to Grafana. Of annotations, the target is the data source's.
interface Dashboard extends Omit<dashboard.Dashboard, 'annotations'> {}
interface Annotation extends Omit<dashboard.AnnotationQuery, 'target'> {}
interface BarGaugeOptions extends Partial<bargauge.Options> {}
interface StatOptions extends Partial<stat.Options> {}
interface StateTimelineOptions extends Partial<statetimeline.Options> {}
interface StateTimelineFieldConfig extends Partial<statetimeline.FieldConfig> {}
interface TableOptions extends Partial<table.Options> {}
interface TableFieldConfig extends Partial<table.FieldConfig> {}
interface TimeSeriesOptions extends Partial<timeseries.Options> {}
interface TimeSeriesFieldConfig extends Partial<timeseries.FieldConfig> {}

export interface Grafana {
  dashboard: Dashboard;
  annotation: Annotation;
  'bargauge': BarGaugeOptions;
  'stat': StatOptions;
  'state-timeline': StateTimelineOptions;
  'state-timeline-custom': StateTimelineFieldConfig;
  'table': TableOptions;
  'table-custom': TableFieldConfig;
  'timeseries': TimeSeriesOptions;
  'timeseries-custom': TimeSeriesFieldConfig;
}
