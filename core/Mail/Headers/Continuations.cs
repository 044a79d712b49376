using System.Buffers;
using System.Buffers.Text;

namespace Cloud.Mail.Headers;

/// <summary>Joins <c>name*0</c>, <c>name*1*</c>, … into one parameter. RFC 2231 §3.</summary>
static class Continuations
{
    static readonly SearchValues<byte> Plain = SearchValues.Create(
        Enumerable.Range(33, 94).Where(octet => !"*'%".Contains((char)octet)).Select(octet => (byte)octet).ToArray()
    );

    public static bool IsPiece(ReadOnlySpan<byte> name) => TrySplit(name, out _, out _, out _);

    /// <remarks>
    /// The joined parameter stands where its first piece stood, and its name ends in <c>*</c> if any piece is
    /// encoded; plain pieces are then encoded too. Pieces may come in any order; after a gap the rest is dropped,
    /// and a set without piece 0 is left as it is.
    /// </remarks>
    public static Parameter[] Join(Parameter[] parameters)
    {
        var pieces = new Dictionary<(string Name, int Number), int>();
        for (var i = 0; i < parameters.Length; i++)
        {
            if (TrySplit(parameters[i].Name.Span, out var name, out var number, out _))
                pieces.TryAdd((Key(name), number), i);
        }

        var joined = new List<Parameter>(parameters.Length);
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var parameter in parameters)
        {
            if (!TrySplit(parameter.Name.Span, out var name, out _, out _) || !pieces.ContainsKey((Key(name), 0)))
                joined.Add(parameter);
            else if (done.Add(Key(name)))
                joined.Add(Join(parameter.Name.Slice(0, name.Length), pieces, parameters));
        }

        return [.. joined];
    }

    static Parameter Join(Octets name, Dictionary<(string Name, int Number), int> pieces, Parameter[] parameters)
    {
        var key = Key(name.Span);
        var count = 0;
        var anyEncoded = false;
        while (pieces.TryGetValue((key, count), out var index))
        {
            anyEncoded |= parameters[index].Name.Span[^1] == '*';
            count++;
        }

        var value = new ArrayBufferWriter<byte>(256);
        for (var number = 0; number < count; number++)
        {
            var piece = parameters[pieces[(key, number)]];
            if (!anyEncoded || piece.Name.Span[^1] == '*')
                value.Write(piece.Value.Span);
            else
            {
                if (number == 0)
                    value.Write("''"u8); // no charset, no language: RFC 2231 §4
                Encode(piece.Value.Span, value);
            }
        }

        if (anyEncoded)
            name = new Octets([.. name.Span, (byte)'*']);
        return new Parameter(name, new Octets(value.WrittenSpan.ToArray()));
    }

    static void Encode(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> value)
    {
        Span<byte> escape = stackalloc byte[3];
        escape[0] = (byte)'%';
        foreach (var octet in text)
        {
            if (Plain.Contains(octet))
            {
                value.Write([octet]);
                continue;
            }

            Utf8Formatter.TryFormat(octet, escape[1..], out _, new StandardFormat('X', 2));
            value.Write(escape);
        }
    }

    static bool TrySplit(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> bare, out int number, out bool encoded)
    {
        encoded = name.EndsWith("*"u8);
        if (encoded)
            name = name[..^1];
        var star = name.LastIndexOf((byte)'*');
        bare = star > 0 ? name[..star] : default;
        number = 0;
        return star > 0
            && Utf8Parser.TryParse(name[(star + 1)..], out number, out var read)
            && read == name.Length - star - 1
            && number >= 0;
    }

    static string Key(ReadOnlySpan<byte> name) => System.Text.Encoding.Latin1.GetString(name).ToLowerInvariant();
}
