using System.Globalization;
using System.Text;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Headers;

public sealed class MailDateTests
{
    [Theory]
    [InlineData("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T09:55:06-06:00")]
    [InlineData("21 Nov 1997 09:55 -0600", "1997-11-21T09:55:00-06:00")]
    [InlineData("Thu,\r\n 13\r\n Feb\r\n 1969\r\n 23:32\r\n -0330 (Newfoundland Time)", "1969-02-13T23:32:00-03:30")]
    [InlineData("21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06+00:00")]
    [InlineData("21 Nov 49 09:55:06 EST", "2049-11-21T09:55:06-05:00")]
    [InlineData("1 Jan 101 00:00:00 +0000", "2001-01-01T00:00:00+00:00")]
    [InlineData("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T09:55:06-06:00")]
    [InlineData("Mon, 1 Jan 2024 23:59:60 +0000", "2024-01-01T23:59:59+00:00")]
    [InlineData("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37+00:00")]
    [InlineData("2024-02-29T12:30:15Z", "2024-02-29T12:30:15+00:00")]
    [InlineData("2024-02-29 12:30:15 +05:30", "2024-02-29T12:30:15+05:30")]
    [InlineData("06-Nov-1994 08:49:37 +0100", "1994-11-06T08:49:37+01:00")]
    [InlineData("Tuesday, 5 March 2024 3:04:05 PM PST", "2024-03-05T15:04:05-08:00")]
    [InlineData("Tue, 5 Mar 2024 10:00:00 +0100 (CET)", "2024-03-05T10:00:00+01:00")]
    [InlineData("Tue, 5 Mar 2024 10:00:00 +9900", "2024-03-05T10:00:00+00:00")]
    [InlineData("13 Aug 1998 l8:14:23 +1000", "1998-08-13T00:00:00+10:00")] // no time at all, rather than 8 seconds
    [InlineData("Tue, 5 Mar 2024", "2024-03-05T00:00:00+00:00")]
    [InlineData("Mar 5, 2024 10:00", "2024-03-05T10:00:00+00:00")]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37+00:00")]
    [InlineData("Wed Dec 31 19:00:00 EST 1969", "1969-12-31T19:00:00-05:00")]
    [InlineData("Tue,5 Mar 2024 10:00:00 GMT+0100", "2024-03-05T10:00:00+01:00")]
    [InlineData("5 Mar 2024 10:00:00 UTC-3", "2024-03-05T10:00:00-03:00")]
    [InlineData("5 Mar 2024 10:00:00PST", "2024-03-05T10:00:00-08:00")]
    [InlineData("5 Mar 2024 10:00:00+0530", "2024-03-05T10:00:00+05:30")]
    [InlineData("5 Mar 2024 10:00:00EST", "2024-03-05T10:00:00-05:00")]
    [InlineData("20240305T10:00:00Z", "2024-03-05T10:00:00+00:00")]
    [InlineData("20240305T100015.123+0530", "2024-03-05T10:00:15+05:30")]
    [InlineData("20240305T1000", "2024-03-05T10:00:00+00:00")]
    [InlineData("20240305100000Z", "2024-03-05T10:00:00+00:00")]
    [InlineData("20240305 10:00:00 +0100", "2024-03-05T10:00:00+01:00")]
    [InlineData("20241305T10:00:00Z", null)]
    [InlineData("Thu, 10 Jul 1997 14:53:31 EST5EDT", "1997-07-10T14:53:31-05:00")]
    [InlineData("20 11 79 05:34:27 -0300", "1979-11-20T05:34:27-03:00")]
    [InlineData("5 Mar 2024 3:04PM", "2024-03-05T15:04:00+00:00")]
    [InlineData("5 Mar 2024 10.30.15 +0100", "2024-03-05T10:30:15+01:00")]
    [InlineData("2024-02-29T12:30:15.123+01:00", "2024-02-29T12:30:15+01:00")]
    [InlineData("05.03.2024 10:00", "2024-03-05T10:00:00+00:00")]
    [InlineData("11/26/2024 10:00", "2024-11-26T10:00:00+00:00")]
    [InlineData("26/11/2024 10:00", "2024-11-26T10:00:00+00:00")]
    [InlineData("2024 Mar 5 10:00", "2024-03-05T10:00:00+00:00")]
    [InlineData("(first (nested)) 5 (day) Mar 2024 10:00:00 -0000", "2024-03-05T10:00:00+00:00")]
    [InlineData("5 Mar 2024 10:00:00 A", "2024-03-05T10:00:00+00:00")]
    [InlineData("1 Jan 0001 00:00:00 +1400", null)]
    [InlineData("31 Feb 2024 10:00:00 +0000", null)]
    [InlineData("5 Mar 2024 25:00:00 +0000", null)]
    [InlineData("yesterday", null)]
    [InlineData("", null)]
    public void Dates_are_read_in_every_shape(string text, string? expected) =>
        Assert.Equal(
            expected,
            MailDate
                .Parse(Encoding.ASCII.GetBytes(text))
                ?.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)
        );
}
