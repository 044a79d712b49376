using Cloud.Flow.Trace;
using Cloud.Store;
using Cloud.Store.Outbox;
using Cloud.Store.Packing;
using Cloud.Store.Ports;
using EmailAddress = Cloud.Mail.EmailAddress;

namespace Cloud.Flow.Outbound;

/// <summary>A submission as the outbox's rows have it: what never changes in one row, each recipient in its own.</summary>
static class SubmissionCodec
{
    const byte Version = 1;

    public static byte[] Pack(Submission message)
    {
        var pack = new PackWriter(512);
        pack.Byte(Version);
        pack.Text(message.Account?.Value);
        pack.Text(message.From?.Local);
        pack.Text(message.From?.Domain);
        pack.Text(message.Blob);
        pack.Varint((ulong)message.Size);
        pack.Counted(message.Sha256.Span);
        pack.Counted(message.Fields.Span);
        pack.Counted(message.BodyHash.Span);
        pack.Text(message.SigningDomain);
        pack.Time(message.Accepted);
        pack.Time(message.HoldUntil);
        pack.Text(Cut(message.Subject, Submission.MaxSubject));
        pack.Text(Cut(message.MessageId, Submission.MaxMessageId));
        Pack(pack, message.Options);
        pack.Varint((ulong)message.Start);
        pack.Text(message.SealingDomain);
        pack.Byte((byte)Bit(message.IsForwarded, 0));
        pack.Text(message.Parent?.ToString());
        Pack(pack, message.Session?.Bounded);
        if (message.Labels is { } labels)
            Pack(pack, labels);
        return pack.ToArray();
    }

    static void Pack(PackWriter pack, SessionFacts? session)
    {
        pack.Text(session?.By);
        pack.Text(session?.Client);
        pack.Text(session?.Helo);
        pack.Text(session?.Tls);
    }

    static void Pack(PackWriter pack, SendLabels labels)
    {
        pack.Text(labels.Key);
        pack.Varint((ulong)labels.Tags.Count);
        foreach (var tag in labels.Tags)
            pack.Text(tag);
        pack.Varint((ulong)labels.Metadata.Count);
        foreach (var (name, value) in labels.Metadata)
        {
            pack.Text(name);
            pack.Text(value);
        }
    }

    static SendLabels UnpackLabels(ref PackReader pack)
    {
        var (key, tags, metadata) = (pack.Text() ?? "", new List<string>(), new Dictionary<string, string>());
        for (var left = pack.Varint32(); left > 0; left--)
            tags.Add(pack.Text() ?? "");
        for (var left = pack.Varint32(); left > 0; left--)
        {
            var name = pack.Text() ?? "";
            metadata[name] = pack.Text() ?? "";
        }
        return new(key, tags, metadata);
    }

    static void Pack(PackWriter pack, SendOptions options)
    {
        pack.Text(options.Ret);
        pack.Text(options.EnvelopeId);
        pack.Byte((byte)options.Body);
        pack.Byte(
            (byte)(
                Bit(options.SmtpUtf8, 0)
                | Bit(options.RequireTls, 1)
                | Bit(options.TlsOptional, 2)
                | Bit(options.Verp, 3)
            )
        );
        pack.Time(options.DeliverBy?.Deadline);
        pack.Byte((byte)(Bit(options.DeliverBy?.Returns == true, 0) | Bit(options.DeliverBy?.Traces == true, 1)));
        pack.Signed(options.Priority);
    }

    /// <param name="recipients">In the order of their numbers; those that are known where it is asked for.</param>
    /// <exception cref="StoreException">Damaged, or of a version this program does not know.</exception>
    public static Submission Unpack(TransactionId id, MessageRow row, IEnumerable<RecipientRow> recipients)
    {
        var pack = new PackReader(row.Submission.Span);
        pack.ExpectVersion(Version);
        var account = pack.Text();
        var (local, domain) = (pack.Text(), pack.Text());
        // In the order in which they were written.
        return new()
        {
            Id = id,
            Account = account is null ? null : new AccountId(account),
            From = local is null || domain is null ? null : new(local, domain),
            Recipients = [.. recipients.Select(ToRecipient)],
            IsHeld = row.IsHeld,
            Blob = pack.Text() ?? "",
            Size = (long)pack.Varint(),
            Sha256 = pack.Counted().ToArray(),
            Fields = pack.Counted().ToArray(),
            BodyHash = pack.Counted().ToArray(),
            SigningDomain = pack.Text(),
            Accepted = pack.Time() ?? default,
            HoldUntil = pack.Time(),
            Subject = pack.Text(),
            MessageId = pack.Text(),
            Options = UnpackOptions(ref pack),
            Start = pack.AtEnd ? 0 : (int)pack.Varint32(), // older rows have none of these
            SealingDomain = pack.AtEnd ? null : pack.Text(),
            IsForwarded = !pack.AtEnd && (pack.Byte() & 1) != 0,
            Parent = pack.AtEnd ? null : TransactionId.TryParse(pack.Text()),
            Session = pack.AtEnd ? null : UnpackSession(ref pack),
            Labels = pack.AtEnd ? null : UnpackLabels(ref pack),
        };
    }

    /// <exception cref="StoreException">As <see cref="Unpack"/>.</exception>
    public static int PriorityOf(OutboxEntry entry) => Unpack(entry.Id, entry.Message, []).Options.Priority;

    static SessionFacts? UnpackSession(ref PackReader pack)
    {
        var (by, client, helo, tls) = (pack.Text(), pack.Text(), pack.Text(), pack.Text());
        return by is null ? null : new(by, client, helo, tls);
    }

    static SendOptions UnpackOptions(ref PackReader pack)
    {
        var (ret, envelope, body, flags) = (pack.Text(), pack.Text(), (BodyType)pack.Byte(), pack.Byte());
        var (deadline, by, priority) = (pack.Time(), pack.Byte(), (int)pack.Signed());
        return new()
        {
            Ret = ret,
            EnvelopeId = envelope,
            Body = body,
            SmtpUtf8 = (flags & 1) != 0,
            RequireTls = (flags & 2) != 0,
            TlsOptional = (flags & 4) != 0,
            Verp = (flags & 8) != 0,
            DeliverBy = deadline is null ? null : new(deadline.Value, (by & 1) != 0, (by & 2) != 0),
            Priority = priority,
        };
    }

    /// <exception cref="StoreException">The row is damaged.</exception>
    public static OutboundRecipient ToRecipient(RecipientRow row) =>
        new(
            EmailAddress.TryParse(row.Address) ?? throw new DamagedException("A recipient of the outbox is damaged"),
            row.Notify,
            row.OriginalRecipient
        );

    static int Bit(bool value, int place) => value ? 1 << place : 0;

    static string? Cut(string? text, int length) => text is null || text.Length <= length ? text : text[..length];
}
