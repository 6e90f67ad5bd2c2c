/** Invented people, companies and places. */
export const firstNames =
  'Aiko Amara Andre Anouk Ben Bianca Callum Carmen Chidi Clara Dario Devi Dilan Elif Emma Enzo Esme Farid Fiona Gabor Greta Hana Hugo Ines Isaac Ivy Jonas Julia Kai Karim Lars Leila Liam Luca Maeve Marta Mateo Mina Nadia Niall Noor Olga Omar Paolo Petra Priya Quinn Rafael Rosa Ruben Samira Sean Sofia Tariq Tessa Theo Uma Viktor Wanda Yusuf Zara'.split(
    ' ',
  );
export const lastNames =
  'Abbott Acker Alder Almeida Archer Baines Barlow Beck Bergman Boyd Brandt Calloway Castell Chaudry Cole Costa Dalby Darrow Dekker Dunmore Eide Ellery Emery Falk Farrow Finch Forde Gallo Garrick Greer Hale Harlow Hart Hollis Ibarra Ingram Jarvis Jensen Kade Keating Kessler Lang Larkin Lindqvist Lowell Mack Marlowe Mercer Moreau Nair Norwood Oakes Okafor Orr Paget Pell Pryce Quill Ramsey Reyes Rowe Salter Sato Selby Stark Tanner Thorne Ueda Vance Varga Wade Webb Whitlock Winter Yates Yilmaz Zeller'.split(
    ' ',
  );
const placeWords =
  'Ashford Birchwood Brightwater Cedar Clearfield Copper Crestview Eastgate Elmwood Fairhaven Foxglove Granite Greenway Harbor Hawthorn Highland Ironbridge Juniper Kestrel Lakeside Larkspur Linden Maple Meadow Millbrook Northfield Oakridge Orchard Pinecrest Quarry Redwood Riverside Rosewood Silverlake Stonegate Summit Sycamore Thornbury Valley Westbrook Willow Windmill'.split(
    ' ',
  );
const trades =
  'Accounting|Architects|Bakery|Builders|Clinic|Components|Consulting|Dental|Design|Engineering|Estates|Farms|Finance|Foods|Furniture|Hotels|Insurance|Law|Logistics|Manufacturing|Medical|Optics|Packaging|Pharmacy|Print|Recruitment|Schools|Security|Studios|Supplies|Surveyors|Textiles|Tools|Transport|Travel|Veterinary|Wines'.split(
    '|',
  );
const legalForms = ['Ltd', 'Inc', 'LLC', 'Group', 'Partners', '& Co'];
export const cities = [
  ['Albany', 'NY', '12207'],
  ['Boulder', 'CO', '80302'],
  ['Burlington', 'VT', '05401'],
  ['Duluth', 'MN', '55802'],
  ['Eugene', 'OR', '97401'],
  ['Fargo', 'ND', '58102'],
  ['Macon', 'GA', '31201'],
  ['Salem', 'OR', '97301'],
  ['Tulsa', 'OK', '74103'],
  ['Waco', 'TX', '76701'],
] as const;

/** The n-th invented company; no two below 9,000 share a name. */
export function companyName(n: number): string {
  const placeName = placeWords[n % placeWords.length] ?? 'Harbor';
  const trade = trades[(n * 7 + Math.floor(n / placeWords.length)) % trades.length] ?? 'Supplies';
  const legalForm =
    legalForms[Math.floor(n / (placeWords.length * trades.length) + n) % legalForms.length] ?? 'Ltd';
  return `${placeName} ${trade} ${legalForm}`;
}

export const streets =
  'Alder Street|Bridge Road|Canal Street|Dock Lane|Elm Avenue|Field Road|Garden Row|Hill Street|Mill Lane|Park Avenue|Station Road|Union Street'.split(
    '|',
  );

export function phone(n: number): string {
  return `555${String(1000000 + ((n * 7919) % 9000000)).slice(0, 7)}`;
}
