using Cloud.Store.Packing;

namespace Cloud.Store.Mailboxes;

/// <summary>Who beside its owner may do what with a mailbox (RFC 4314).</summary>
/// <param name="Owner">Address of the account's user: whom <c>anyone</c> is a neighbour of.</param>
/// <param name="Grants">At most <see cref="MaxGrants"/>. Empty where all were taken back: readers may have left marks.</param>
sealed record Acl(string Owner, IReadOnlyList<Grant> Grants)
{
    /// <summary>What fits the row: some 300 octets each.</summary>
    public const int MaxGrants = 100;

    const byte Version = 1;

    /// <summary>What is granted, less what is denied, by whatever identifiers apply.</summary>
    /// <param name="isNeighbour">The reader is one of <c>anyone</c>.</param>
    public MailboxRights RightsOf(AccountId reader, bool isNeighbour)
    {
        var (granted, denied) = (MailboxRights.None, MailboxRights.None);
        foreach (var grant in Grants)
        {
            if (!(grant.IsAnyone ? isNeighbour : grant.Account == reader))
                continue;
            if (grant.IsDenial)
                denied |= grant.Rights;
            else
                granted |= grant.Rights;
        }
        return granted & ~denied;
    }

    /// <summary>The list with another entry for an identifier, or without it where it has no rights.</summary>
    public Acl With(Grant changed)
    {
        var others = Grants.Where(grant => grant.Name != changed.Name);
        return this with { Grants = changed.Rights == MailboxRights.None ? [.. others] : [.. others, changed] };
    }

    public Acl Without(Func<Grant, bool> gone) => this with { Grants = [.. Grants.Where(grant => !gone(grant))] };

    public byte[] Pack()
    {
        var writer = new PackWriter(64);
        writer.Byte(Version);
        writer.Text(Owner);
        foreach (var grant in Grants)
        {
            writer.Text(grant.Identifier);
            writer.Text(grant.Account.Value);
            writer.Byte(grant.IsDenial ? (byte)1 : (byte)0);
            writer.Varint((ulong)grant.Rights);
        }
        return writer.ToArray();
    }

    /// <exception cref="Ports.StoreException">Damaged.</exception>
    public static Acl Unpack(ReadOnlySpan<byte> packed)
    {
        var reader = new PackReader(packed);
        reader.ExpectVersion(Version);
        var owner = reader.Text() ?? "";
        var grants = new List<Grant>();
        while (!reader.AtEnd)
        {
            var (identifier, account) = (reader.Text() ?? "", reader.Text() ?? "");
            grants.Add(new(identifier, new(account), reader.Byte() == 1, (MailboxRights)reader.Varint32()));
        }
        return new(owner, grants);
    }
}

/// <param name="Identifier">A user's address, or <see cref="Anyone"/>.</param>
/// <param name="Account">The user's: whoever has the address next is somebody else. Empty for anyone.</param>
/// <param name="IsDenial">These rights are taken away, whatever else gives them (RFC 4314 §2).</param>
sealed record Grant(string Identifier, AccountId Account, bool IsDenial, MailboxRights Rights)
{
    /// <summary>All users of the owner's domain, and of the other domains of its tenant.</summary>
    public const string Anyone = "anyone";

    public bool IsAnyone => Account.Value.Length == 0;

    /// <summary>As clients name it.</summary>
    public string Name => IsDenial ? $"-{Identifier}" : Identifier;
}
