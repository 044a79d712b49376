using System.CommandLine;
using Cloud.Api.Admin;
using Cloud.Api.Rest.Proofs;
using Cloud.Cli.Control;
using Cloud.Cli.Dns;
using Cloud.Dns;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Cli.Admin;

/// <summary>`cloud domain verify DOMAIN`: tells what record proves that it is yours, and looks for it.</summary>
static class DomainVerifyCommand
{
    public static Command Create()
    {
        var domain = new Argument<string>("domain");
        var server = NameServer.Option("for the record");
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command(
            "verify",
            "Look for the record that proves that a domain is yours; exit code 1 without it."
        )
        {
            domain,
            server,
            json,
        };
        var store = new SharedOptions(command);
        command.SetAction(
            async (parsed, cancel) =>
            {
                if (NameServer.Settings(parsed.GetValue(server), out var fault) is not { } settings)
                {
                    Console.Error.WriteLine(fault);
                    return ExitCode.Usage;
                }
                var isThere = false;
                var code = await store.AskAsync(
                    parsed,
                    async api =>
                    {
                        var target = $"/domains/{ApiCalls.Segment(parsed.GetRequiredValue(domain))}/verification";
                        var proof = await AskAsync(api, "POST", target, cancel);
                        isThere = await IsThereAsync(settings, proof, cancel);
                        if (isThere)
                            proof = await AskAsync(api, "PUT", target, cancel);
                        if (parsed.GetValue(json))
                            QueueJson.Print(proof, QueueJson.Default.DomainProof);
                        else
                            Console.WriteLine(
                                isThere
                                    ? $"{proof.Name} says what it should"
                                    : $"Publish {proof.Name} TXT \"{proof.Text}\", and try again"
                            );
                    },
                    cancel
                );
                return code == ExitCode.Ok && !isThere ? ExitCode.Failed : code;
            }
        );
        return command;
    }

    static async ValueTask<DomainProof> AskAsync(IApiCaller api, string method, string target, CancellationToken cancel)
    {
        var ask = new ApiAsk(method, Cloud.Api.Rest.RestApi.Prefix + target, null);
        await using var reply = await api.SendAsync(ask, cancel);
        if (reply.Status >= 400)
            throw new AdminException(await ApiCalls.ProblemAsync(reply, cancel));
        return await System.Text.Json.JsonSerializer.DeserializeAsync(reply.Body, ProofJson.Default.DomainProof, cancel)
            ?? throw new AdminException("The server answered nothing.");
    }

    static async Task<bool> IsThereAsync(DnsSettings settings, DomainProof proof, CancellationToken cancel)
    {
        await using var resolver = new Resolver(settings, TimeProvider.System, Entropy.System, NullLogger.Instance);
        var answer = await resolver.QueryAsync(DnsName.Parse(proof.Name), RecordType.Txt, cancel);
        if (answer.IsFailure)
            throw new AdminException($"{proof.Name} cannot be looked up now: {answer.Reason}");
        return proof.IsIn(answer);
    }
}
