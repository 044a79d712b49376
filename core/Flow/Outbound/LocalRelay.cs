using System.Text;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound.Forwarding;
using Cloud.Store.Directory;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <summary>Brings what is for domains of ours into the accounts without SMTP; the rest goes on to another relay.</summary>
/// <remarks>
/// The transaction by which a message is filed is derived from it, so that an attempt which is made twice files once.
/// </remarks>
sealed class LocalRelay(MailDirectory directory, Expansion expansion, Receiving receiving, IBlobs blobs, IRelay inner)
    : IRelay
{
    public async ValueTask<RelayResult> SendAsync(RelayJob job, CancellationToken cancel)
    {
        if (!await directory.HasDomainAsync(job.NextHop, cancel))
            return await inner.SendAsync(job, cancel);
        var outcomes = new List<RelayOutcome>();
        foreach (var group in job.Recipients.GroupBy(to => to.FirstAttempt))
            outcomes.AddRange(await FileAsync(job, group.Key, [.. group], cancel));
        return new(outcomes);
    }

    async ValueTask<IEnumerable<RelayOutcome>> FileAsync(
        RelayJob job,
        DateTimeOffset firstAttempt,
        List<RelayRecipient> recipients,
        CancellationToken cancel
    )
    {
        var (known, outcomes) = (new List<RelayRecipient>(), new List<RelayOutcome>());
        var elsewhere = new HashSet<int>();
        foreach (var to in recipients)
        {
            if (await expansion.FindAsync(to.Recipient.Address, cancel) is { } leads && leads.Takes(job.Message.From))
            {
                known.Add(to);
                if (leads.Accounts.Count == 0)
                    elsewhere.Add(to.Number);
            }
            else
                outcomes.Add(new(to.Number, RelayVerdict.Failed, "5.1.1", "550 5.1.1 No such mailbox"));
        }
        if (known.Count == 0)
            return outcomes;

        var id = DerivedId.Of(job.Message.Id, firstAttempt, $"local {job.Part}");
        await using var content = new FieldsThenBlob(job.Message.Fields, await job.OpenBlob(cancel));
        var message = await MessageWriting.WriteAsync(blobs, BlobNames.Of(id), content, cancel);
        var result = await receiving.ReceiveAsync(
            id,
            OriginOf(job.Message),
            [.. known.Select(to => to.Recipient)],
            new(message.Blob, message.Size, message.Sha256, message.Index),
            evidence: null,
            repeated: job.Attempt > 1 || job.MayBeRepeated,
            cancel,
            Encoding.UTF8.GetBytes($"Return-Path: <{job.Message.From}>\r\n") // RFC 5321 §4.4
        );
        if (!result.KeepsSource)
            await BlobWaste.RemoveAsync(blobs, message.Blob);
        return outcomes.Concat(known.Select(to => Outcome(to.Number, result.Status, elsewhere.Contains(to.Number))));
    }

    /// <summary>For those among the recipients whose mail is passed on.</summary>
    static Origin OriginOf(Submission message) =>
        Origin.Of(message.From) with
        {
            SmtpUtf8 = message.Options.SmtpUtf8,
            EightBit = message.Options.Body != BodyType.SevenBit,
            Ret = message.Options.Ret,
            EnvelopeId = message.Options.EnvelopeId,
            SigningDomain = message.SigningDomain,
            BodyHash = message.BodyHash.ToArray(),
        };

    /// <param name="isElsewhere">It only goes on from here: who gets it then reports, if that is wished for.</param>
    static RelayOutcome Outcome(int number, ReceivingStatus status, bool isElsewhere) =>
        status switch
        {
            ReceivingStatus.Accepted when isElsewhere => new(number, RelayVerdict.Sent, "2.1.9", "250 2.1.9 Forwarded"),
            ReceivingStatus.Accepted => new(number, RelayVerdict.Delivered, "2.1.5", "250 2.1.5 Filed"),
            ReceivingStatus.NoRecipient => new(number, RelayVerdict.Failed, "5.1.1", "550 5.1.1 No such mailbox"),
            ReceivingStatus.Loops => new(number, RelayVerdict.Failed, "5.4.6", "554 5.4.6 Mail loop"),
            _ => new(number, RelayVerdict.Deferred, "4.3.0", "451 4.3.0 The store cannot take it now"),
        };
}
