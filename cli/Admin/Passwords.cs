using System.Text;
using Cloud.Store.Ports;

namespace Cloud.Cli.Admin;

/// <summary>Passwords made up, or read without showing them.</summary>
static class Passwords
{
    /// <summary>Easy to read out and to type: no 0, 1, l, o.</summary>
    const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    /// <summary>20 characters of 5 bits: 100 bits.</summary>
    public static string Generate() =>
        string.Concat(Entropy.System.Bytes(20).Select(octet => Alphabet[octet % Alphabet.Length]));

    /// <summary>From the keyboard, twice; or one line of standard input.</summary>
    /// <returns>Null, and a word about it, when there is none or the two differ.</returns>
    public static string? Read()
    {
        var password = Console.IsInputRedirected ? Console.In.ReadLine() : Ask("Password: ");
        if (string.IsNullOrEmpty(password))
        {
            Console.Error.WriteLine("No password was given (or use --generate).");
            return null;
        }
        if (!Console.IsInputRedirected && Ask("Again: ") != password)
        {
            Console.Error.WriteLine("The two are not the same.");
            return null;
        }
        return password;
    }

    static string Ask(string question)
    {
        Console.Error.Write(question);
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
                text.Length = Math.Max(0, text.Length - 1);
            else
                text.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return text.ToString();
    }
}
