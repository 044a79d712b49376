using Cloud.Mail.Headers;

namespace Cloud.Mail;

/// <summary>The known fields of one header block, unfolded, end to end in one buffer that serves block after block.</summary>
/// <param name="envelopeBudget">Octets of envelope fields that may be kept in all blocks together.</param>
/// <param name="contentBudget">The same for Content-* fields.</param>
sealed class KeptFields(int envelopeBudget, int contentBudget)
{
    /// <summary>Fields kept of one block; a normal one has a dozen.</summary>
    const int MaxFields = 256;

    readonly List<(KnownField Field, int Start, int Length)> entries = new(16);
    byte[] buffer = new byte[1024];
    byte[] text = [];
    int length;
    int envelopeLeft = envelopeBudget;
    int contentLeft = contentBudget;
    readonly int maxFields = envelopeBudget == int.MaxValue ? int.MaxValue : MaxFields;

    /// <summary>Something did not fit the budget, in this block or an earlier one.</summary>
    public bool Truncated { get; private set; }

    public void Add(KnownField field, ReadOnlySpan<byte> value)
    {
        if (entries.Count == maxFields)
        {
            Truncated = true;
            entries[^1] = entries[^1] with { Field = KnownField.None };
            return;
        }

        entries.Add((field, length, 0));
        Continue(value);
    }

    /// <summary>Adds a folded line to the field added last.</summary>
    public void Continue(ReadOnlySpan<byte> value)
    {
        var entry = entries[^1];
        if (entry.Field == KnownField.None) return;

        ref var left = ref KnownFields.IsOfEnvelope(entry.Field) ? ref envelopeLeft : ref contentLeft;
        if (value.Length > left)
        {
            Truncated = true;
            value = value[..left];
        }

        if (length + value.Length > buffer.Length)
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + value.Length));
        var added = HeaderText.CopyUnfolded(value, buffer.AsSpan(length));
        left -= added;
        length += added;
        entries[^1] = entry with { Length = entry.Length + added };
    }

    /// <summary>Ends the block: from here on its values can be read, and they stay valid after <see cref="Clear"/>.</summary>
    public void Seal() => text = length == 0 ? [] : buffer.AsSpan(0, length).ToArray();

    public void Clear()
    {
        entries.Clear();
        length = 0;
    }

    /// <summary>The first field of that name, trimmed; nil if none.</summary>
    public Octets First(KnownField field)
    {
        foreach (var entry in entries)
        {
            if (entry.Field == field) return Value(entry);
        }

        return default;
    }

    /// <param name="maxAddresses">Most addresses taken of each field.</param>
    /// <param name="cut">A field had more.</param>
    public Envelope Envelope(int maxAddresses, out bool cut)
    {
        var dropped = false;
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
            var list = AddressList.Parse(First(field), maxAddresses, out var more);
            dropped |= more;
            return list;
        }

        Address[] AllAddresses(KnownField field)
        {
            Address[] all = [];
            foreach (var entry in entries)
            {
                if (entry.Field != field) continue;
                var list = AddressList.Parse(Value(entry), maxAddresses - all.Length, out var more);
                dropped |= more;
                all = all.Length == 0 ? list : [.. all, .. list];
            }

            return all;
        }
    }

    Octets Value((KnownField Field, int Start, int Length) entry)
    {
        var value = text.AsSpan(entry.Start, entry.Length);
        var lead = value.Length - value.TrimStart(" \t"u8).Length;
        return new Octets(text, entry.Start + lead, value.Trim(" \t"u8).Length);
    }
}
