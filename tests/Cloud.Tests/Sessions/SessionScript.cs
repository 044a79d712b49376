using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Cloud.Tests.Sessions;

/// <summary>Plays a talk with a server; the language is in README.md beside this file.</summary>
public static class SessionScript
{
    enum Play
    {
        LineByLine,
        ByteByByte,
        AllAtOnce,
    }

    /// <summary>Plays the script in every way that fits it, each time against a new server.</summary>
    public static async Task RunAsync(string script, Func<Task<TestListener>> startAsync, string? port = null)
    {
        var steps = Parse(script);
        var interactive = steps.Any(step =>
            step.Kind is "tls" or "deflate" or "interactive" || step.Text.Contains("${")
        );
        interactive |= steps.Any(step => step.Kind.All(char.IsDigit) && step.Kind != "1");
        foreach (var play in Enum.GetValues<Play>())
        {
            if (play == Play.AllAtOnce && interactive)
                continue;
            if (play == Play.ByteByByte && steps.Any(step => step.Kind == "packet"))
                continue;
            await using var server = await startAsync();
            await PlayAsync(steps, play, server.Address(port));
        }
    }

    static async Task PlayAsync(IReadOnlyList<Step> steps, Play play, IPEndPoint address)
    {
        var connections = new Dictionary<string, ScriptConnection>();
        var captures = new Dictionary<string, string>();
        try
        {
            var current = await ScriptConnection.OpenAsync(address);
            connections["1"] = current;
            if (play == Play.AllAtOnce)
                await SendAllAsync(steps, current);

            for (var i = 0; i < steps.Count; i++)
            {
                var step = steps[i];
                try
                {
                    if (step.Kind.All(char.IsDigit))
                    {
                        if (!connections.TryGetValue(step.Kind, out current!))
                            connections[step.Kind] = current = await ScriptConnection.OpenAsync(address);
                    }
                    else if (step.Kind == "U")
                    {
                        var group = steps.Skip(i).TakeWhile(next => next.Kind == "U").ToList();
                        await ExpectUnorderedAsync(current, group, captures);
                        i += group.Count - 1;
                    }
                    else
                    {
                        await PlayStepAsync(step, current, play, captures);
                    }
                }
                catch (Exception e) when (e is not ScriptException)
                {
                    throw new ScriptException($"{play}, line {step.Line} ({step.Kind}: {step.Text}): {e.Message}", e);
                }
            }
        }
        finally
        {
            foreach (var connection in connections.Values)
                await connection.DisposeAsync();
        }
    }

    static async Task PlayStepAsync(
        Step step,
        ScriptConnection connection,
        Play play,
        Dictionary<string, string> captures
    )
    {
        switch (step.Kind)
        {
            case "C" when play != Play.AllAtOnce:
                await connection.SendAsync(Bytes(step, captures), play == Play.ByteByByte);
                break;
            case "S":
                var line = await connection.ReadLineAsync() ?? throw new ScriptException("the server closed");
                if (!Matches(step.Text, line, captures))
                    throw new ScriptException($"{play}, line {step.Line}: expected «{step.Text}», got «{line}»");
                break;
            case "tls":
                await connection.StartTlsAsync();
                break;
            case "deflate":
                connection.Compress();
                break;
            case "close":
                if (await connection.ReadLineAsync() is { } more)
                    throw new ScriptException($"{play}, line {step.Line}: expected the close, got «{more}»");
                break;
            case "eof" when play != Play.AllAtOnce:
                connection.SendEof();
                break;
        }
    }

    static async Task SendAllAsync(IReadOnlyList<Step> steps, ScriptConnection connection)
    {
        var all = new MemoryStream();
        foreach (var step in steps.Where(step => step.Kind == "C"))
            all.Write(Bytes(step, []));
        await connection.SendAsync(all.ToArray(), byteByByte: false);
        connection.SendEof();
    }

    static async Task ExpectUnorderedAsync(
        ScriptConnection connection,
        IReadOnlyList<Step> group,
        Dictionary<string, string> captures
    )
    {
        var missing = group.ToList();
        while (missing.Count > 0)
        {
            var line = await connection.ReadLineAsync() ?? throw new ScriptException("the server closed");
            var match =
                missing.Find(step => Matches(step.Text, line, captures))
                ?? throw new ScriptException(
                    $"line {group[0].Line}: «{line}» is none of «{string.Join("», «", missing.Select(m => m.Text))}»"
                );
            missing.Remove(match);
        }
    }

    static bool Matches(string pattern, string line, Dictionary<string, string> captures)
    {
        var names = new List<string>();
        var regex = Regex.Replace(
            Regex.Escape(Unescape(pattern)),
            @"\\\$\\\{(\w+)\}|\\\*",
            match =>
            {
                var name = match.Groups[1].Value;
                if (name.Length == 0)
                    return ".*";
                if (captures.TryGetValue(name, out var value))
                    return Regex.Escape(value);
                names.Add(name);
                return $"(?<{name}>[^ \\])]+?)";
            }
        );
        var found = Regex.Match(line, $"^{regex}$", RegexOptions.Singleline);
        if (found.Success)
        {
            foreach (var name in names)
                captures[name] = found.Groups[name].Value;
        }
        return found.Success;
    }

    static byte[] Bytes(Step step, Dictionary<string, string> captures)
    {
        var text = Regex.Replace(step.Text, @"\$\{(\w+)\}", match => captures[match.Groups[1].Value]);
        var line = text.EndsWith("\\c", StringComparison.Ordinal) ? Unescape(text[..^2]) : Unescape(text) + "\r\n";
        return Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(line, step.Times)));
    }

    /// <summary>Octets as Latin-1 characters; what is beyond ASCII in a script stands for its UTF-8 octets.</summary>
    static string Unescape(string text)
    {
        var octets = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
        return Regex.Replace(
            octets,
            @"\\(?:x([0-9A-Fa-f]{2})|([rnt0\\]))",
            match =>
                match.Groups[1].Success
                    ? (
                        (char)int.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                    ).ToString()
                    : match.Groups[2].Value switch
                    {
                        "r" => "\r",
                        "n" => "\n",
                        "t" => "\t",
                        "0" => "\0",
                        _ => "\\",
                    }
        );
    }

    static List<Step> Parse(string script)
    {
        var steps = new List<Step>();
        var number = 0;
        foreach (var raw in script.Split('\n'))
        {
            number++;
            var line = raw.TrimStart().TrimEnd('\r');
            if (line.Length == 0 || line[0] == '#')
                continue;
            var match = Regex.Match(line, @"^(?:\[(?<word>\w+)\]|(?<kind>[CSU])(?:\*(?<times>\d+))?: ?(?<text>.*))$");
            if (!match.Success)
                throw new ScriptException($"line {number} is no step: {line}");
            var times = match.Groups["times"].Success
                ? int.Parse(match.Groups["times"].Value, CultureInfo.InvariantCulture)
                : 1;
            var kind = match.Groups["word"].Success ? match.Groups["word"].Value : match.Groups["kind"].Value;
            steps.Add(new Step(number, kind, match.Groups["text"].Value, times));
        }
        return steps;
    }

    sealed record Step(int Line, string Kind, string Text, int Times);
}

public sealed class ScriptException(string message, Exception? cause = null) : Exception(message, cause);
