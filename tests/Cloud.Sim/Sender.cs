using System.Net;
using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Tests.Fakes;

namespace Cloud.Sim;

/// <summary>An SMTP peer with a queue of its own: what was not answered with 250 it sends again, as a new transaction.</summary>
sealed class Sender(World world, string name)
{
    const int LettersPerPhase = 4;

    /// <summary>Then it gives up and bounces: nobody was promised anything.</summary>
    const int MaxTries = 6;

    static readonly string[][] Recipients =
    [
        [TestBackend.Alice],
        [TestBackend.Alice],
        [TestBackend.Bob],
        [TestBackend.Alice, TestBackend.Bob],
        [TestBackend.Bob, "alice+detail@example.test", TestBackend.Alice],
        ["nobody@example.test"],
    ];

    public async Task RunAsync()
    {
        for (var letter = 0; letter < LettersPerPhase; letter++)
        {
            await world.Scheduler.WaitAsync(patience: world.Dice.Below(200));
            var content = world.Letters.Next();
            var recipients = Recipients[world.Dice.Below(Recipients.Length)];
            var submits = world.Dice.Below(4) == 0;
            for (var tries = 0; tries < MaxTries; tries++)
            {
                var answer = await SendAsync(content, recipients, submits);
                // An answer that does not get through is no answer.
                if (answer is Answer.Kept or Answer.Refused && world.Dice.Below(15) > 0)
                    break;
                await world.Scheduler.WaitAsync(patience: world.Dice.Below(60));
            }
        }
    }

    async Task<Answer> SendAsync(byte[] content, string[] recipients, bool submits)
    {
        var evidence = submits ? null : Judgements.Draw(world.Dice);
        var accounts = world.Accounts.Where((_, at) => recipients.Any(to => to.StartsWith("ab"[at])));
        if (evidence is { Outcome: DoorOutcome.Quarantine, Quarantine: not null })
            accounts = [world.Accounts[1]];
        var transaction = TransactionId.Create(world.Clock, world.Dice);
        var attempt = world.Ledger.Begin(transaction, content, [.. accounts], evidence);
        var server = world.AnyServer;
        world.Trace.Add(
            name,
            $"sends {transaction} ({evidence?.Outcome}) to {string.Join(", ", recipients)} by {server.Name}"
        );
        try
        {
            attempt.Answer = await server.AskAsync(gateway => SendAsync(gateway, attempt, recipients, submits));
        }
        catch (ConnectionLostException)
        {
            attempt.IsUncertain = true;
        }
        world.Trace.Add(name, $"{transaction}: {attempt.Answer}");
        return attempt.Answer;
    }

    Task<Answer> SendAsync(IGateway gateway, Attempt attempt, string[] recipients, bool submits)
    {
        var envelope = TestBackend.Envelope(recipients);
        return Front.HandOverAsync(
            gateway,
            attempt,
            submits ? message => SubmitAsync(gateway, attempt, envelope, message) : ReceiveAsync
        );

        async ValueTask<Answer> ReceiveAsync(UploadedMessage message)
        {
            var peer = new Peer(IPAddress.Loopback, "peer.test", null);
            var result = await gateway.ReceiveAsync(
                new(attempt.Transaction, peer, envelope, message, attempt.Evidence),
                default
            );
            return result.Status switch
            {
                ReceiveStatus.Accepted => Answer.Kept,
                ReceiveStatus.Rejected => Answer.Refused,
                _ => Answer.Deferred,
            };
        }
    }

    async ValueTask<Answer> SubmitAsync(
        IGateway gateway,
        Attempt attempt,
        MailEnvelope envelope,
        UploadedMessage message
    )
    {
        var alice = EmailAddress.TryParse(TestBackend.Alice)!;
        var content = new SubmittedContent([alice], null, "id", null, new byte[32], default, false, false, false);
        var recipients = envelope.Recipients.Select(recipient => new OutboundRecipient(recipient.Address));
        var result = await gateway.SubmitAsync(
            new(attempt.Transaction, world.Accounts[0], alice, [.. recipients], message, content),
            default
        );
        return result.Status switch
        {
            SubmitStatus.Accepted => Answer.Kept,
            SubmitStatus.Deferred => Answer.Deferred,
            _ => Answer.Refused,
        };
    }
}
