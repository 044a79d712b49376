using System.Text;
using Cloud.Mail.Headers;

namespace Cloud.Mail.Compose;

/// <summary>Addresses: From, To, Cc, Reply-To… RFC 5322 §3.4.</summary>
public sealed record AddressField(string Name, IReadOnlyList<AddressGroup> Groups) : OutgoingField(Name)
{
    public AddressField(string name, IReadOnlyList<NamedAddress> addresses)
        : this(name, [new AddressGroup(null, addresses)]) { }

    internal override void Write(FieldWriter writer)
    {
        var entries = Groups.SelectMany(group => Entries(group, writer.Form)).ToArray();
        if (entries.Length == 0)
            throw new ComposeException($"{Name} has no address");
        for (var i = 0; i < entries.Length; i++)
        {
            var words = entries[i];
            for (var word = 0; word < words.Length; word++)
                writer.Add(word == words.Length - 1 && i < entries.Length - 1 ? words[word] + "," : words[word]);
        }
    }

    /// <summary>The words of each entry between commas.</summary>
    static IEnumerable<string[]> Entries(AddressGroup group, HeaderForm form)
    {
        var members = group.Members.ToArray();
        var name = HeaderWords.Clean(group.Name ?? "").Trim();
        if (name.Length == 0)
            return members.Select(member => Words(member, form).ToArray());
        if (form == HeaderForm.Downgraded && !Array.TrueForAll(members, IsAsciiWritable))
            return [EmptyGroup(name, string.Join(", ", members.Select(Shown))).ToArray()];

        var words = Glue(HeaderWords.Phrase(name, form), ":");
        for (var i = 0; i < members.Length; i++)
            words = words.Concat(i < members.Length - 1 ? Glue(Words(members[i], form), ",") : Words(members[i], form));
        return [Glue(words, ";").ToArray()];
    }

    static IEnumerable<string> Words(NamedAddress address, HeaderForm form)
    {
        var hasName = !string.IsNullOrWhiteSpace(address.Name);
        if (Spec(address.Address, form) is not { } spec)
            return EmptyGroup(hasName ? address.Name! : "", address.Address.ToString());
        return hasName ? HeaderWords.Phrase(address.Name!, form).Append($" <{spec}>") : [$" {spec}"];
    }

    /// <summary>What cannot be written, as text between a name and <c>:;</c>: shown, though nobody can write to it.</summary>
    /// <remarks>RFC 6857 §3. A name that is encoded too goes into the same words: the space between two is not shown.</remarks>
    static IEnumerable<string> EmptyGroup(string name, string members)
    {
        var phrase = HeaderWords.Phrase(name, HeaderForm.Downgraded).ToArray();
        var isPlain = phrase is [.., var last] && !last.StartsWith(" =?", StringComparison.Ordinal);
        var text = isPlain ? members : $"{name} {members}".Trim();
        var words = HeaderWords.Split(EncodedWordEncoder.EncodeWhole(HeaderWords.Clean(text)));
        return (isPlain ? phrase.Concat(words) : words).Append(" :;");
    }

    static string Shown(NamedAddress member)
    {
        Check(member.Address);
        return string.IsNullOrWhiteSpace(member.Name) ? $"{member.Address}" : $"{member.Name} <{member.Address}>";
    }

    /// <returns>Null where the form shows it in an empty group.</returns>
    /// <exception cref="ComposeException">It is no address, or the form cannot hold it.</exception>
    static string? Spec(EmailAddress address, HeaderForm form)
    {
        Check(address);
        if (form == HeaderForm.Utf8)
            return address.ToString();
        if (IsAsciiWritable(address))
            return (address with { Domain = EmailAddress.CanonicalDomain(address.Domain) }).ToString();
        return form == HeaderForm.Downgraded
            ? null
            : throw new ComposeException($"The address {address} needs a peer with SMTPUTF8");
    }

    static void Check(EmailAddress address)
    {
        if (!IsSound(address))
            throw new ComposeException("An address holds characters that none may have");
    }

    static bool IsSound(EmailAddress address) =>
        address.Local.Length > 0
        && !address.Local.Any(char.IsControl)
        && HeaderWords.IsWellFormed(address.Local)
        && !address.Domain.Any(char.IsControl)
        && EmailAddress.IsDomain(address.Domain)
        && Encoding.UTF8.GetByteCount(address.Local) + 1 + Encoding.UTF8.GetByteCount(address.Domain)
            <= EmailAddress.MaxLength;

    static bool IsAsciiWritable(NamedAddress address) => IsAsciiWritable(address.Address);

    /// <summary>Domains that IDNA refuses, such as <c>bü_ro</c>, have no A-labels.</summary>
    static bool IsAsciiWritable(EmailAddress address) =>
        Ascii.IsValid(address.Local) && Ascii.IsValid(EmailAddress.CanonicalDomain(address.Domain));

    /// <summary>Ends the last word with a special, which needs no space before it.</summary>
    static IEnumerable<string> Glue(IEnumerable<string> words, string special)
    {
        string? last = null;
        foreach (var word in words)
        {
            if (last is not null)
                yield return last;
            last = word;
        }

        yield return (last ?? " ") + special;
    }
}
