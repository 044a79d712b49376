using System.Globalization;
using System.Text;

namespace Cloud.Store.Azure.Tables;

/// <summary>What became of one operation, or of the transaction when it failed.</summary>
readonly record struct BatchPart(int Status, string? ETag, ReadOnlyMemory<byte> Body);

/// <summary>Reads the answer to a transaction: HTTP responses in a changeset in a batch (RFC 2046 §5.1).</summary>
/// <remarks>Bytes in, values out; what is cut short or framed in another way is an error, never half an answer.</remarks>
sealed class BatchReader(ReadOnlyMemory<byte> body)
{
    /// <summary>Changesets in batches; nothing the service sends is deeper.</summary>
    const int Depth = 2;

    readonly List<BatchPart> parts = [];
    int at;

    /// <param name="contentType">Of the answer, with the outer boundary.</param>
    /// <exception cref="InvalidDataException">Not such an answer, or not all of it.</exception>
    public static IReadOnlyList<BatchPart> Read(ReadOnlyMemory<byte> body, string? contentType)
    {
        var reader = new BatchReader(body);
        reader.Multipart(Boundary(contentType), Depth);
        return reader.parts;
    }

    void Multipart(string? boundary, int depth)
    {
        if (boundary is null || depth == 0)
            throw new InvalidDataException("The answer to a transaction is not a batch");

        while (Line() != boundary) { }
        while (true)
        {
            var headers = Headers();
            var type = headers.GetValueOrDefault("Content-Type", "");
            if (type.StartsWith("multipart/mixed", StringComparison.OrdinalIgnoreCase))
                Multipart(Boundary(type), depth - 1);
            else
                Response(boundary);
            if (Delimiter(boundary))
                return;
        }
    }

    /// <returns>Whether it was the closing one.</returns>
    bool Delimiter(string boundary)
    {
        while (true)
        {
            var line = Line();
            if (line == boundary)
                return false;
            if (line.StartsWith(boundary, StringComparison.Ordinal) && line.AsSpan(boundary.Length).SequenceEqual("--"))
                return true;
        }
    }

    void Response(string boundary)
    {
        var status = Line().Split(' ', 3);
        if (
            status.Length < 2
            || !status[0].StartsWith("HTTP/", StringComparison.Ordinal)
            || !int.TryParse(status[1], NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            || code is < 100 or > 599
        )
            throw new InvalidDataException("A part of a batch is not an HTTP response");

        var headers = Headers();
        var start = at;
        var end = start;
        while (true)
        {
            var line = Line();
            if (line.StartsWith(boundary, StringComparison.Ordinal))
                break;
            end = at;
        }
        at = end; // The delimiter is read by the level it belongs to.
        parts.Add(new(code, headers.GetValueOrDefault("ETag"), body[start..end]));
    }

    Dictionary<string, string> Headers()
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (Line() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':');
            if (colon < 1 || headers.Count == 64)
                throw new InvalidDataException("A part of a batch has no sound header");
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }
        return headers;
    }

    /// <summary>The next line without its end (CRLF, or LF alone); the last one may go without.</summary>
    string Line()
    {
        if (at == body.Length)
            throw new InvalidDataException("The answer to a transaction is cut short");
        var rest = body.Span[at..];
        var end = rest.IndexOf((byte)'\n');
        at += end < 0 ? rest.Length : end + 1;
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]).TrimEnd('\r', ' ', '\t');
    }

    /// <returns>The line that parts begin with; null when the type names none.</returns>
    static string? Boundary(string? contentType)
    {
        const string Parameter = "boundary=";
        var start = contentType?.IndexOf(Parameter, StringComparison.OrdinalIgnoreCase) ?? -1;
        if (start < 0)
            return null;
        var value = contentType![(start + Parameter.Length)..].Split(';')[0].Trim().Trim('"');
        return value.Length is 0 or > 70 ? null : "--" + value;
    }
}
