using System.Text;
using Cloud.Trust.Content;

namespace Cloud.Flow.Inbound;

/// <summary>X-Spam-Flag and X-Spam-Status, in the form that mail programs and rules know from SpamAssassin.</summary>
static class SpamFields
{
    /// <summary>Characters of a line, where it can be folded (RFC 5322 §2.1.1).</summary>
    const int LineLength = 78;

    /// <returns>The fields, each with its CRLF; printable ASCII.</returns>
    public static string Of(ContentScore score, bool isJunk, decimal junkAt)
    {
        var text = new StringBuilder(200);
        if (isJunk)
            text.Append("X-Spam-Flag: YES\r\n");
        text.Append("X-Spam-Status: ").Append(isJunk ? "Yes" : "No");
        text.Append(", score=").Append(ContentScore.Text(score.Total));
        text.Append(" required=").Append(ContentScore.Text(junkAt)).Append("\r\n\ttests=");
        var column = 7;
        var isFirst = true;
        foreach (var hit in score.Hits)
        {
            var test = $"{hit.Name}={ContentScore.Text(hit.Score)}";
            if (!isFirst)
                text.Append(',');
            if (column + test.Length + 1 > LineLength)
            {
                text.Append("\r\n\t");
                column = 1;
            }
            text.Append(test);
            column += test.Length + 1;
            isFirst = false;
        }
        return text.Append(isFirst ? "none" : "").Append("\r\n").ToString();
    }
}
