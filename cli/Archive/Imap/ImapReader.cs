using System.Globalization;
using System.Text;
using Cloud.Api.Rest.Archive;

namespace Cloud.Cli.Archive.Imap;

/// <summary>Reads responses off a connection: lines, and the literals that they announce (RFC 9051 §4.3).</summary>
sealed class ImapReader(Stream stream)
{
    /// <summary>Octets of a response without its literals: a flag list of a thousand keywords, and more.</summary>
    public const int MaxText = 256 * 1024;

    /// <summary>Octets of a literal that is kept: as much as a message that is put in may have.</summary>
    const long MaxLiteral = ArchiveMessage.MaxSize;

    /// <summary>Literals of one response.</summary>
    const int MaxLiterals = 64;

    readonly byte[] buffer = new byte[64 * 1024];
    int start;
    int end;

    public async ValueTask<ImapResponse> ReadAsync(CancellationToken cancel)
    {
        var (texts, literals, length) = (new List<string>(), new List<Spool>(), 0);
        try
        {
            while (true)
            {
                var line = await LineAsync(cancel);
                length += line.Length;
                if (length > MaxText || literals.Count > MaxLiterals)
                    throw new ImapException($"A response of the server is longer than {MaxText} octets");
                if (LiteralOf(line) is not var (octets, mark))
                {
                    texts.Add(line);
                    break;
                }
                texts.Add(line[..mark]);
                literals.Add(await LiteralAsync(octets, cancel));
            }
            return new(new ImapParser(texts, literals).Parse(), texts[0]);
        }
        catch
        {
            foreach (var literal in literals)
                await literal.DisposeAsync();
            throw;
        }
    }

    static (long Octets, int Mark)? LiteralOf(string line)
    {
        var mark = line.LastIndexOf('{');
        if (!line.EndsWith('}') || mark < 0)
            return null;
        if (
            !long.TryParse(
                line.AsSpan(mark + 1).TrimEnd("+}"),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var octets
            )
        )
            return null;
        return (octets, line.EndsWith('}') && mark > 0 && line[mark - 1] == '~' ? mark - 1 : mark);
    }

    async ValueTask<Spool> LiteralAsync(long octets, CancellationToken cancel)
    {
        var isKept = octets <= MaxLiteral;
        var spool = new Spool { LeftOut = isKept ? 0 : octets };
        try
        {
            while (octets > 0)
            {
                if (start == end)
                    await FillAsync(cancel);
                var part = buffer.AsMemory(start, (int)Math.Min(end - start, octets));
                if (isKept)
                {
                    part.CopyTo(spool.GetMemory(part.Length));
                    spool.Advance(part.Length);
                }
                start += part.Length;
                octets -= part.Length;
            }
            return spool;
        }
        catch
        {
            await spool.DisposeAsync();
            throw;
        }
    }

    async ValueTask<string> LineAsync(CancellationToken cancel)
    {
        var line = new List<byte>();
        while (true)
        {
            var newline = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            var taken = newline < 0 ? end - start : newline + 1;
            line.AddRange(buffer.AsSpan(start, taken));
            start += taken;
            if (newline >= 0)
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r', '\n');
            if (line.Count > MaxText)
                throw new ImapException($"A response of the server is longer than {MaxText} octets");
            await FillAsync(cancel);
        }
    }

    async ValueTask FillAsync(CancellationToken cancel)
    {
        start = 0;
        end = await stream.ReadAsync(buffer, cancel);
        if (end == 0)
            throw new ImapException("The server closed the connection");
    }
}
