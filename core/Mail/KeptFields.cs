using System.Buffers;
using Cloud.Mail.Headers;

namespace Cloud.Mail;

/// <summary>The known fields of one header block, unfolded, end to end in one buffer that serves block after block.</summary>
/// <remarks>
/// Lists have a budget of their own, so that a crowd of recipients does not push out the subject. A list that is cut
/// loses the entry it was cut in.
/// </remarks>
/// <param name="budget">What may be kept of all blocks together.</param>
sealed class KeptFields(KeptFields.Budget budget)
{
    const int FirstBuffer = 1024;

    readonly List<(KnownField Field, int Start, int Length)> entries = new(16);
    readonly int[] left = [budget.Lists, budget.Singles, budget.Content];
    byte[] buffer = [];
    byte[] text = [];
    int length;
    uint seen; // a bit for each known field

    /// <summary>Something did not fit the budget, in this block or an earlier one.</summary>
    public bool Truncated { get; private set; }

    /// <param name="field">A known one.</param>
    /// <param name="value">What follows the colon on the first line.</param>
    /// <param name="isCut">The end of the line is missing.</param>
    /// <returns>Whether the field is kept, and so its folded lines are wanted.</returns>
    public bool Add(KnownField field, ReadOnlySpan<byte> value, bool isCut = false)
    {
        if (!MayRepeat(field) && (seen & Bit(field)) != 0)
            return false;
        if (entries.Count == budget.Fields || left[Kind(field)] == 0)
        {
            Truncated = true;
            return false;
        }

        seen |= Bit(field);
        entries.Add((field, length, 0));
        return Continue(value, isCut);
    }

    /// <summary>Adds a folded line to the field added last.</summary>
    public bool Continue(ReadOnlySpan<byte> value, bool isCut = false)
    {
        var entry = entries[^1];
        ref var budgetLeft = ref left[Kind(entry.Field)];
        var room = Kind(entry.Field) == 0 ? budgetLeft : Math.Min(budgetLeft, budget.Single - entry.Length);
        if (value.Length > room)
        {
            isCut = true;
            value = value[..room];
        }

        if (length + value.Length > buffer.Length)
            Grow(length + value.Length);
        var added = HeaderText.CopyUnfolded(value, buffer.AsSpan(length));
        budgetLeft -= added;
        length += added;
        entry.Length += added;
        if (isCut)
        {
            Truncated = true;
            entry.Length = WholeEntries(entry.Field, buffer.AsSpan(entry.Start, entry.Length));
        }

        entries[^1] = entry;
        return !isCut;
    }

    /// <summary>Ends the block: from here on its values can be read, and they stay valid after <see cref="Clear"/>.</summary>
    public void Seal() => text = length == 0 ? [] : buffer.AsSpan(0, length).ToArray();

    public void Clear()
    {
        entries.Clear();
        seen = 0;
        length = 0;
    }

    /// <summary>As new, for another message; the buffer goes back.</summary>
    public void Reset()
    {
        Clear();
        text = [];
        Truncated = false;
        left[0] = budget.Lists;
        left[1] = budget.Singles;
        left[2] = budget.Content;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(size, Math.Max(FirstBuffer, buffer.Length * 2)));
        buffer.AsSpan(0, length).CopyTo(larger);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    /// <summary>The first field of that name, trimmed; nil if none.</summary>
    public Octets First(KnownField field)
    {
        foreach (var entry in entries)
        {
            if (entry.Field == field)
                return Value(entry);
        }

        return default;
    }

    /// <param name="maxAddresses">Most addresses taken of each field.</param>
    /// <param name="cut">A field had more.</param>
    /// <param name="maxAll">Most addresses taken of all fields.</param>
    public Envelope Envelope(int maxAddresses, out bool cut, int maxAll = int.MaxValue)
    {
        var dropped = false;
        var room = maxAll;
        var envelope = new Envelope(
            First(KnownField.Date),
            First(KnownField.Subject),
            Addresses(KnownField.From),
            Addresses(KnownField.Sender),
            Addresses(KnownField.ReplyTo),
            AllAddresses(KnownField.To),
            AllAddresses(KnownField.Cc),
            AllAddresses(KnownField.Bcc),
            First(KnownField.InReplyTo),
            First(KnownField.MessageId)
        );
        cut = dropped;
        return envelope;

        Address[] Addresses(KnownField field)
        {
            var list = AddressList.Parse(First(field), Math.Min(maxAddresses, room), out var more);
            dropped |= more;
            room -= list.Length;
            return list;
        }

        Address[] AllAddresses(KnownField field)
        {
            var list = new PooledList<Address>();
            foreach (var entry in entries)
            {
                if (entry.Field == field)
                    dropped |= !AddressList.TryAdd(Value(entry), Math.Min(maxAddresses, room), ref list);
            }

            room -= list.Count;
            return list.Take();
        }
    }

    Octets Value((KnownField Field, int Start, int Length) entry)
    {
        var value = text.AsSpan(entry.Start, entry.Length);
        var lead = value.Length - value.TrimStart(" \t"u8).Length;
        return new Octets(text, entry.Start + lead, value.Trim(" \t"u8).Length);
    }

    /// <summary>How much of a list that was cut is entries without harm.</summary>
    static int WholeEntries(KnownField field, ReadOnlySpan<byte> list)
    {
        if (field == KnownField.References)
            return Math.Max(0, list.LastIndexOf((byte)'<'));
        if (field is < KnownField.From or > KnownField.Bcc)
            return list.Length;

        var end = 0;
        var quoted = false;
        for (var i = 0; i < list.Length; i++)
        {
            if (list[i] == '\\')
                i++;
            else if (list[i] == '"')
                quoted = !quoted;
            else if (list[i] == ',' && !quoted)
                end = i;
        }

        return end;
    }

    static uint Bit(KnownField field) => 1u << (int)field;

    static bool MayRepeat(KnownField field) => field is KnownField.To or KnownField.Cc or KnownField.Bcc;

    static int Kind(KnownField field) =>
        MayRepeat(field) || field == KnownField.References ? 0
        : KnownFields.IsOfMessage(field) ? 1
        : 2;

    /// <param name="Lists">Octets of To, Cc, Bcc and References.</param>
    /// <param name="Singles">Octets of the other envelope fields.</param>
    /// <param name="Content">Octets of Content-* fields.</param>
    /// <param name="Single">Octets of a field that counts once.</param>
    /// <param name="Fields">Fields of one block.</param>
    public readonly record struct Budget(int Lists, int Singles, int Content, int Single, int Fields);
}
