using System.Text;

namespace Cloud.Trust.Scanners;

/// <summary>clamd's answer: <c>stream: OK</c>, <c>stream: NAME FOUND</c> or <c>… ERROR</c>, ended by NUL.</summary>
static class ClamdReply
{
    const string Stream = "stream: ";
    const string Found = " FOUND";

    public static ScanVerdict Parse(ReadOnlySpan<byte> answer, Scan scan)
    {
        var end = answer.IndexOf((byte)0);
        if (end < 0)
            return scan.Failed(answer.IsEmpty ? "no answer" : "an answer without its end");
        var text = Encoding.UTF8.GetString(answer[..end]).TrimEnd('\n');
        if (text == $"{Stream}OK")
            return scan.Verdict(ScanOutcome.Clean, "nothing found");
        if (
            text.StartsWith(Stream, StringComparison.Ordinal)
            && text.EndsWith(Found, StringComparison.Ordinal)
            && text.Length > Stream.Length + Found.Length
        )
        {
            var name = Scan.Line(text[Stream.Length..^Found.Length]);
            return scan.Verdict(ScanOutcome.Infected, name) with { Malware = name };
        }

        // "INSTREAM size limit exceeded. ERROR": its own limit is below ours.
        return text.Contains("size limit exceeded", StringComparison.OrdinalIgnoreCase)
            ? scan.Verdict(ScanOutcome.TooLarge, "over clamd's StreamMaxLength")
            : scan.Failed($"clamd says: {text}");
    }
}
