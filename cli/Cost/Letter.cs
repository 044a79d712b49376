using System.Globalization;
using System.Text;

namespace Cloud.Cli.Cost;

/// <summary>Messages to be counted.</summary>
static class Letter
{
    const int Line = 76;

    /// <param name="from">Its author's address.</param>
    /// <param name="octets">How long it is, about.</param>
    public static string Write(int number, string from, int octets)
    {
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            From: Ada <{from}>
            To: <u1@{Workload.Domain}>
            Subject: Message {number}
            Date: Fri, 2 Jan 2026 03:04:05 +0000
            Message-ID: <{number}@elsewhere.test>
            MIME-Version: 1.0
            Content-Type: text/plain; charset=us-ascii

            """
        );
        var text = new StringBuilder(head.ReplaceLineEndings("\r\n")).Append("\r\n");
        while (text.Length < octets)
            text.Append('x', Math.Min(Line, octets - text.Length)).Append("\r\n");
        return text.ToString();
    }
}
