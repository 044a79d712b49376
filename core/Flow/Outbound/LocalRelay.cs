using System.Text;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound.Forwarding;
using Cloud.Mail.Reports;
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
        var elsewhere = new Dictionary<int, RelayVerdict>();
        foreach (var to in recipients)
        {
            if (await expansion.FindAsync(to.Recipient.Address, cancel) is { } leads && leads.Takes(job.Message.From))
            {
                known.Add(to);
                if (leads.Accounts.Count == 0)
                    elsewhere[to.Number] = leads.IsOneElsewhere ? RelayVerdict.Sent : RelayVerdict.Relayed;
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
            Encoding.UTF8.GetBytes($"Return-Path: <{job.Message.From}>\r\n"), // RFC 5321 §4.4
            isTold: true,
            session: (job.Message.Session ?? new("queue")) with
            {
                From = $"{job.Message.From}",
                Of = $"{job.Message.Id}",
            }
        );
        if (!result.KeepsSource)
            await BlobWaste.RemoveAsync(blobs, message.Blob);
        foreach (var to in known)
        {
            var refused = result.Refused?.FirstOrDefault(one => one.To == to.Recipient);
            var isRefused = refused is not null && result.Status == ReceivingStatus.Accepted;
            outcomes.Add(
                isRefused
                    ? Refusal(to.Number, refused!)
                    : Outcome(to.Number, result.Status, elsewhere.GetValueOrDefault(to.Number))
            );
        }
        return outcomes;
    }

    /// <summary>For those among the recipients whose mail is passed on.</summary>
    static Origin OriginOf(Submission message) =>
        Origin.Of(message.From) with
        {
            Options = message.Options,
            SigningDomain = message.SigningDomain,
            BodyHash = message.BodyHash.ToArray(),
        };

    static RelayOutcome Refusal(int number, RefusedRecipient refused) =>
        new(number, RelayVerdict.Failed, StatusCode.Find(refused.Reply) ?? "5.0.0", refused.Reply);

    /// <param name="verdict">
    /// Of one that only goes on from here: a single address reports itself, if that is wished for; of several we tell.
    /// </param>
    static RelayOutcome Outcome(int number, ReceivingStatus status, RelayVerdict verdict) =>
        status switch
        {
            ReceivingStatus.Accepted when verdict != RelayVerdict.Delivered => new(
                number,
                verdict,
                "2.1.9",
                "250 2.1.9 Forwarded"
            ),
            ReceivingStatus.Accepted => new(number, RelayVerdict.Delivered, "2.1.5", "250 2.1.5 Filed"),
            ReceivingStatus.NoRecipient => new(number, RelayVerdict.Failed, "5.1.1", "550 5.1.1 No such mailbox"),
            ReceivingStatus.Loops => new(number, RelayVerdict.Failed, "5.4.6", "554 5.4.6 Mail loop"),
            _ => new(number, RelayVerdict.Deferred, "4.3.0", "451 4.3.0 The store cannot take it now"),
        };
}
