import { udfDataTypes, udfTypes } from '../../entities/metadata/udf.js';
import type { Row } from '../../store/value.js';
import { firstId } from '../lookup-tables.js';
import { day, type Seeder } from '../seed.js';

interface SeededUdf {
  readonly entity: string;
  readonly name: string;
  readonly type: keyof typeof udfDataTypes;
  readonly list?: readonly string[];
}

/** The order decides the ids: `Customer Ranking` is the first definition. */
const fields: readonly SeededUdf[] = [
  {
    entity: 'Companies',
    name: 'Customer Ranking',
    type: 'list',
    list: ['Golden', 'Silver', 'Bronze', '-Copper'],
  },
  { entity: 'Companies', name: 'Managed Endpoints', type: 'number' },
  { entity: 'Companies', name: 'Review Date', type: 'date' },
  { entity: 'Contacts', name: 'Preferred Channel', type: 'text' },
  { entity: 'Tickets', name: 'Root Cause', type: 'text' },
  { entity: 'Tickets', name: 'Impact', type: 'list', list: ['One person', 'A team', 'Whole company'] },
  { entity: 'Tickets', name: 'Change Window', type: 'date' },
  { entity: 'Tickets', name: 'Downtime (hours)', type: 'number' },
  { entity: 'Projects', name: 'Steering Notes', type: 'longText' },
  { entity: 'Tasks', name: 'Work Order', type: 'text' },
  { entity: 'Contracts', name: 'Renewal Owner', type: 'text' },
  { entity: 'ConfigurationItems', name: 'Asset Tag', type: 'text' },
  { entity: 'Opportunities', name: 'Campaign', type: 'text' },
  { entity: 'Products', name: 'Shelf', type: 'text' },
];

export const userDefinedFields: Readonly<Record<string, Seeder>> = {
  UserDefinedFieldDefinitions: async (seed) =>
    fields.map(({ entity, name, type }, i) => ({
      id: firstId('UserDefinedFieldDefinitions') + i,
      name,
      description: `${name}, kept by the service desk`,
      dataType: udfDataTypes[type],
      udfType: udfTypes[entity] ?? 1,
      displayFormat: 1,
      numberOfDecimalPlaces: type === 'number' ? 0 : null,
      isActive: true,
      isRequired: false,
      isEncrypted: false,
      isFieldMapping: false,
      isPrivate: false,
      isProtected: false,
      isVisibleToClientPortal: false,
      sortOrder: i + 1,
      createDate: seed.today - 900 * day,
    })),
  UserDefinedFieldListItems: async (seed) => {
    const rows: Row[] = [];
    for (const [i, { list = [] }] of fields.entries()) {
      for (const label of list) {
        const name = label.replace(/^-/, '');
        rows.push({
          id: firstId('UserDefinedFieldListItems') + rows.length,
          udfFieldId: firstId('UserDefinedFieldDefinitions') + i,
          valueForDisplay: name,
          valueForExport: name,
          isActive: name === label,
          createDate: seed.today - 900 * day,
        });
      }
    }
    return rows;
  },
};
