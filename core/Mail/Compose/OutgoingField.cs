using System.Globalization;
using System.Text;

namespace Cloud.Mail.Compose;

/// <summary>A header field to write, by the kind of its value. RFC 8621 §4.1.2 names the kinds.</summary>
/// <param name="Name">RFC 5322 §2.2: printable ASCII without colon or space, at most 70 characters.</param>
public abstract record OutgoingField(string Name)
{
    /// <summary>So that a name and a first word share a line.</summary>
    const int MaxName = 70;

    internal virtual void WriteTo(FieldWriter writer)
    {
        if (Name.Length is 0 or > MaxName || Name.Any(c => c is <= ' ' or > '~' or ':'))
            throw new ComposeException("A header field's name holds characters that none may have");
        writer.Begin(Name);
        Write(writer);
        writer.End();
    }

    internal abstract void Write(FieldWriter writer);
}

/// <summary>Free text: Subject, Comments.</summary>
public sealed record TextField(string Name, string Text) : OutgoingField(Name)
{
    internal override void Write(FieldWriter writer) => HeaderWords.AddText(writer, Text);
}

/// <summary>A structured value in ASCII (UTF-8 by that form), written as given and folded at its spaces.</summary>
/// <remarks>For Auto-Submitted, List-Unsubscribe and such. A value with line ends is refused.</remarks>
public sealed record RawField(string Name, string Value) : OutgoingField(Name)
{
    internal override void Write(FieldWriter writer)
    {
        if (Value.Any(char.IsControl) || !HeaderWords.IsWellFormed(Value))
            throw new ComposeException($"The value of {Name} holds control characters");
        if (!Ascii.IsValid(Value) && writer.Form != HeaderForm.Utf8)
            throw new ComposeException($"The value of {Name} is not ASCII");
        foreach (var word in HeaderWords.Split(Value.Trim(' ')))
            writer.Add(word);
    }
}

public sealed record DateField(string Name, DateTimeOffset Date) : OutgoingField(Name)
{
    internal override void Write(FieldWriter writer) => writer.Add(" " + Format(Date));

    /// <summary>RFC 5322 §3.3.</summary>
    public static string Format(DateTimeOffset date)
    {
        var text = date.ToString("ddd, d MMM yyyy HH:mm:ss zzz", CultureInfo.InvariantCulture);
        return text.Remove(text.Length - 3, 1); // +01:00 is written +0100
    }
}

/// <summary>Message-ids, written with angle brackets and given without.</summary>
public sealed record MessageIdField(string Name, IReadOnlyList<string> Ids) : OutgoingField(Name)
{
    /// <summary>Octets of an id: it has to share a line with its brackets (RFC 5322 §2.1.1).</summary>
    const int MaxId = 900;

    /// <summary>Leaves out ids that cannot be written: those of others, which a reply names. Without any, no field.</summary>
    public bool IsLenient { get; init; }

    /// <remarks>
    /// Ids beyond ASCII have no other form. Downgraded, the whole value is kept as text in a field that no reader takes
    /// for ids, <c>Downgraded-References</c> (RFC 6857 §3); those in ASCII stay besides, since threads hang on them.
    /// </remarks>
    internal override void WriteTo(FieldWriter writer)
    {
        var written = Ids.Where(id => IsWritable(id, writer.Form)).ToArray();
        var known = Ids.Where(id => IsWritable(id, HeaderForm.Utf8)).ToArray();
        if (!IsLenient && (Ids.Count == 0 || known.Length < Ids.Count))
            throw new ComposeException($"{Name} holds no message-id");
        if (writer.Form == HeaderForm.Downgraded && written.Length < known.Length)
            new TextField($"Downgraded-{Name}", string.Join(' ', known.Select(id => $"<{id}>"))).WriteTo(writer);
        else if (!IsLenient && written.Length < known.Length)
            throw new ComposeException($"{Name} needs a peer with SMTPUTF8");
        if (written.Length > 0)
            base.WriteTo(writer);
    }

    internal override void Write(FieldWriter writer)
    {
        foreach (var id in Ids.Where(id => IsWritable(id, writer.Form)))
            writer.Add($" <{id}>");
    }

    internal static bool IsWritable(string id, HeaderForm form) =>
        id.Length > 0
        && Encoding.UTF8.GetByteCount(id) <= MaxId
        && !id.Any(c => char.IsControl(c) || c is ' ' or '<' or '>')
        && (form == HeaderForm.Utf8 ? HeaderWords.IsWellFormed(id) : Ascii.IsValid(id));
}
