/** Dates in the three forms of HTTP (RFC 9110 5.6.7), and what is sent in place of one. */

/** An instant, in each form that HTTP has for it. */
export interface DateSample {
  readonly epochSeconds: number;
  readonly imfFixdate: string;
  readonly rfc850Date: string;
  readonly asctimeDate: string;
}

/** 2026-11-23T00:00:00Z: the present by which the years of rfc850-dates are to be read. */
export const PRESENT_OF_DATES = 1_795_392_000;

/** Written down as Python's `email.utils.formatdate` has them. */
const INSTANTS: readonly (readonly [epochSeconds: number, imfFixdate: string])[] = [
  [252_460_800, "Sun, 01 Jan 1978 00:00:00 GMT"],
  [320_716_799, "Fri, 29 Feb 1980 23:59:59 GMT"],
  [426_168_000, "Mon, 04 Jul 1983 12:00:00 GMT"],
  [499_162_800, "Sat, 26 Oct 1985 08:20:00 GMT"],
  [567_993_599, "Thu, 31 Dec 1987 23:59:59 GMT"],
  [626_637_221, "Thu, 09 Nov 1989 17:53:41 GMT"],
  [681_490_580, "Tue, 06 Aug 1991 14:56:20 GMT"],
  [736_160_707, "Fri, 30 Apr 1993 09:05:07 GMT"],
  [784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"],
  [825_552_000, "Thu, 29 Feb 1996 00:00:00 GMT"],
  [866_517_255, "Tue, 17 Jun 1997 03:14:15 GMT"],
  [946_684_799, "Fri, 31 Dec 1999 23:59:59 GMT"],
  [946_684_800, "Sat, 01 Jan 2000 00:00:00 GMT"],
  [951_827_696, "Tue, 29 Feb 2000 12:34:56 GMT"],
  [1_000_000_000, "Sun, 09 Sep 2001 01:46:40 GMT"],
  [1_053_637_653, "Thu, 22 May 2003 21:07:33 GMT"],
  [1_092_421_800, "Fri, 13 Aug 2004 18:30:00 GMT"],
  [1_142_747_112, "Sun, 19 Mar 2006 05:45:12 GMT"],
  [1_168_364_460, "Tue, 09 Jan 2007 17:41:00 GMT"],
  [1_234_567_890, "Fri, 13 Feb 2009 23:31:30 GMT"],
  [1_286_705_410, "Sun, 10 Oct 2010 10:10:10 GMT"],
  [1_324_796_401, "Sun, 25 Dec 2011 07:00:01 GMT"],
  [1_330_496_929, "Wed, 29 Feb 2012 06:28:49 GMT"],
  [1_402_170_748, "Sat, 07 Jun 2014 19:52:28 GMT"],
  [1_431_601_871, "Thu, 14 May 2015 11:11:11 GMT"],
  [1_475_273_034, "Fri, 30 Sep 2016 22:03:54 GMT"],
  [1_524_058_620, "Wed, 18 Apr 2018 13:37:00 GMT"],
  [1_563_653_860, "Sat, 20 Jul 2019 20:17:40 GMT"],
  [1_583_020_800, "Sun, 01 Mar 2020 00:00:00 GMT"],
  [1_638_073_619, "Sun, 28 Nov 2021 04:26:59 GMT"],
  [1_692_793_980, "Wed, 23 Aug 2023 12:33:00 GMT"],
  [1_784_131_685, "Wed, 15 Jul 2026 16:08:05 GMT"],
];

const LONG_DAY_NAMES: Readonly<Record<string, string>> = {
  Mon: "Monday",
  Tue: "Tuesday",
  Wed: "Wednesday",
  Thu: "Thursday",
  Fri: "Friday",
  Sat: "Saturday",
  Sun: "Sunday",
};

/** Dates from 1978 to 2026, in no two of which the day, the month, the year or the time are all the same. */
export const DATES: readonly DateSample[] = INSTANTS.map(([epochSeconds, imfFixdate]) => ({
  epochSeconds,
  imfFixdate,
  ...obsoleteForms(imfFixdate),
}));

/** What is no date, in the place of one, by name; several of each kind where they differ in life. */
export const NO_DATES: Readonly<Record<string, readonly string[]>> = {
  "other formats": [
    "2026-07-15T16:08:05Z",
    "2026-07-15 16:08:05",
    "Wed, 15 Jul 2026 16:08:05 +0000",
    "Wed, 15 Jul 2026 18:08:05 CEST",
    "15 Jul 2026 16:08:05 GMT",
    "Wed Jul 15 2026 16:08:05 GMT+0000 (Coordinated Universal Time)",
    "1784131685",
    "0",
    "-1",
    "",
  ],
  "days and times that there are not": [
    "Fri, 30 Feb 2024 00:00:00 GMT",
    "Wed, 29 Feb 2023 00:00:00 GMT",
    "Thu, 31 Nov 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:00 GMT",
    "Sunday, 31-Nov-94 08:49:37 GMT",
    "Sun Feb 30 08:49:37 1994",
  ],
  "8 KiB that begin or end like a date": [
    `Sun, 06 Nov 1994 08:49:37 ${"G".repeat(8192)}`,
    `${" ".repeat(8192)}Sun, 06 Nov 1994 08:49:37 GMT`,
    `Sunday, ${"0".repeat(8192)}-Nov-94 08:49:37 GMT`,
    "Sun Nov  6 ".repeat(745),
  ],
};

function obsoleteForms(imfFixdate: string): Pick<DateSample, "rfc850Date" | "asctimeDate"> {
  const [dayName = "", day = "", month = "", year = "", time = ""] = imfFixdate.replace(",", "").split(" ");
  return {
    rfc850Date: `${LONG_DAY_NAMES[dayName]}, ${day}-${month}-${year.slice(2)} ${time} GMT`,
    asctimeDate: `${dayName} ${month} ${day.replace(/^0/, " ")} ${time} ${year}`,
  };
}
