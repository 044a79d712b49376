using System.Text;
using Cloud.Mail.Headers;

namespace Cloud.Trust.Dkim;

/// <summary>The header of a message, taken off its stream, with its fields found by name.</summary>
/// <remarks>Fields are those that readers of the mail see: <see cref="HeaderReader"/> tells where the header ends.</remarks>
sealed class HeaderBlock(int maxLength, int maxFields) : IDisposable
{
    /// <summary>Octets that are looked at together: so little of a body is held with its header.</summary>
    const int Step = 2048;

    readonly HeldOctets buffer = new(maxLength);
    readonly List<(int Start, int Length, int Colon)> fields = [];
    readonly Dictionary<string, List<int>> byName = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The header has more octets or fields than are looked at.</summary>
    public bool IsTooLarge { get; private set; }

    public int Count => fields.Count;

    /// <summary>Takes octets until the header ends.</summary>
    /// <param name="octets">Of the message.</param>
    /// <param name="body">When true: what belongs to the body, in two parts.</param>
    /// <returns>Whether the header has ended.</returns>
    public bool Write(ReadOnlySpan<byte> octets, out Rest body)
    {
        var (seen, taken, end) = (buffer.Length, 0, -1);
        var most = Math.Min(octets.Length, maxLength - seen);
        while (end < 0 && taken < most)
        {
            var step = Math.Min(Step, most - taken);
            buffer.Write(octets.Slice(taken, step));
            end = EndOf(buffer.Span, Math.Max(0, seen + taken - 3));
            taken += step;
        }

        IsTooLarge = end < 0 && buffer.Length == maxLength;
        if (end < 0 && !IsTooLarge)
        {
            body = default;
            return false;
        }

        var fromHere = IsTooLarge ? taken : end - seen;
        body = new(Read(IsTooLarge ? maxLength : end), octets[fromHere..]);
        return true;
    }

    /// <summary>The message ended within its header.</summary>
    public Rest Complete() => new(Read(buffer.Length), []);

    public HeaderField this[int index]
    {
        get
        {
            var (start, length, colon) = fields[index];
            return new(buffer.Span.Slice(start, length), colon);
        }
    }

    public void Dispose() => buffer.Dispose();

    /// <summary>Where fields of a name are, from the top.</summary>
    public IReadOnlyList<int> Named(string name) => byName.GetValueOrDefault(name) ?? [];

    /// <summary>The fields that a signature covers: of each name the lowest first, then the one above. RFC 6376 §5.4.2.</summary>
    public IEnumerable<int> Select(IEnumerable<string> names)
    {
        var taken = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names)
        {
            var all = Named(name);
            var used = taken.GetValueOrDefault(name);
            if (used == all.Count)
                continue; // A field that is not there counts as nothing: so none can be added.
            taken[name] = used + 1;
            yield return all[^(used + 1)];
        }
    }

    /// <summary>Behind the blank line; −1 when it is not here yet.</summary>
    static int EndOf(ReadOnlySpan<byte> text, int from)
    {
        if (from == 0 && BlankAt(text) is var first and > 0)
            return first;
        for (var at = from; ; at++)
        {
            var lf = text[at..].IndexOf((byte)'\n');
            if (lf < 0)
                return -1;
            at += lf;
            if (BlankAt(text[(at + 1)..]) is var blank and > 0)
                return at + 1 + blank;
        }
    }

    /// <summary>Octets of the blank line at the start; 0 where there is none.</summary>
    static int BlankAt(ReadOnlySpan<byte> text) =>
        text.StartsWith("\n"u8) ? 1
        : text.StartsWith("\r\n"u8) ? 2
        : 0;

    /// <summary>Finds the fields.</summary>
    /// <returns>What of the block belongs to the body: all from a line on that is no field.</returns>
    ReadOnlySpan<byte> Read(int length)
    {
        var block = buffer.Span[..length];
        var reader = new HeaderReader(block);
        while (reader.MoveNext())
        {
            if (fields.Count == maxFields)
            {
                IsTooLarge = true;
                break;
            }

            var field = reader.Current;
            var name = Encoding.ASCII.GetString(field.Name);
            if (!byName.TryGetValue(name, out var list))
                byName[name] = list = [];
            list.Add(fields.Count);
            var start = length - reader.Rest.Length - field.Raw.Length;
            fields.Add((start, field.Raw.Length, field.Raw.Length - field.Value.Length - 1));
        }

        return reader.Rest[BlankAt(reader.Rest)..];
    }

    /// <summary>Octets of the body that came with the header: held with it, and the rest of what was written last.</summary>
    public readonly ref struct Rest(ReadOnlySpan<byte> held, ReadOnlySpan<byte> last)
    {
        public ReadOnlySpan<byte> Held { get; } = held;
        public ReadOnlySpan<byte> Last { get; } = last;
    }
}
